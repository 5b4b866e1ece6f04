"""The runner: executes the engine's commands with pieces and the sandbox.

It knows no database and no user; whoever drives a run hands in services.
"""
