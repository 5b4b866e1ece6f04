"""Piecework: a workflow-automation platform.

The public names of this package are the library's front door; a program that only wants to run a flow document needs nothing else.
"""

__version__ = "0.1.0"
