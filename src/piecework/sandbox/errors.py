"""What can go wrong in the sandbox. Every message is fit to be shown to the person who wrote the step."""

from __future__ import annotations


class SandboxError(Exception):
    """``name``: the error's class as the code saw it; ``stack``: name, message and the code's own frames, one a line; ``stdout``: what the
    code had printed (empty when its process had to be killed)."""

    def __init__(self, message: str, *, name: str = "", stack: str = "", stdout: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.name = name or type(self).__name__
        self.stack = stack or f"{self.name}: {message}"
        self.stdout = stdout


class CodeFailed(SandboxError):
    """The code threw, never settled, returned what JSON cannot express, or ended its own process."""


class CodeSyntaxError(CodeFailed):
    """The source is not valid JavaScript or TypeScript. ``line`` is 1-based, 0 when unknown."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message, name="SyntaxError")
        self.line = line


class MemoryLimitExceeded(SandboxError):
    """The code wanted more memory than its limit."""


class TimeLimitExceeded(SandboxError):
    """The code used more processor time or wall time than its limit."""


class OutputTooLarge(SandboxError):
    """The result's JSON is larger than ``Limits.output_bytes``."""


class ProcessKilled(SandboxError):
    """The process that ran the code was killed, and not by us nor for a limit of ours: by an operator, or by a system that is short of memory."""


class SandboxUnavailable(SandboxError):
    """No child can be started here: V8 or bubblewrap is missing or not permitted, or the pool is closed."""
