"""Variables: encrypted constants of a project, which its flows use by name."""
