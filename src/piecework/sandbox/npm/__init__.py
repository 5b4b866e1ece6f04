"""Pieces from npm, run unmodified by a process of Node (docs/decisions/0019): what is on the disk, and what runs."""
