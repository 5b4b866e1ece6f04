"""What a child's answer means: a header (``{ok, stdout?}`` or ``{ok: false, kind, name, message, stack}``) and the result's JSON."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import orjson

from piecework.sandbox.errors import CodeFailed, CodeSyntaxError, MemoryLimitExceeded, OutputTooLarge, SandboxError
from piecework.sandbox.limits import Limits
from piecework.sandbox.worker import Frame, memory_exceeded, output_too_large

_STEP_FRAME = re.compile(r"\(?\bstep:\d+:\d+\)?$")


class CodeResult(NamedTuple):
    """What a step returned, as parsed JSON (``undefined`` is None), and what it printed."""

    value: Any
    stdout: str


def code_result(frame: Frame, limits: Limits) -> CodeResult:
    """The step's result, or the error that its answer stands for."""
    stdout = successful(frame, limits)
    return CodeResult(from_json(frame[1], stdout) if frame[1] else None, stdout)


def successful(frame: Frame, limits: Limits) -> str:
    """The standard output of an answer that tells of success; any other raises what it stands for."""
    header = _header(frame)
    stdout = str(header.get("stdout", ""))
    if header.get("ok") is not True:
        raise _failure(header, stdout, limits)
    return stdout


def _header(frame: Frame) -> dict[str, Any]:
    try:
        header = orjson.loads(frame[0])
    except orjson.JSONDecodeError:
        header = None
    if not isinstance(header, dict):
        raise CodeFailed("The code broke its own sandbox")
    return header


def _failure(header: dict[str, Any], stdout: str, limits: Limits) -> SandboxError:
    message, name = str(header.get("message", "")), str(header.get("name", "Error"))
    match header.get("kind"):
        case "output":
            return OutputTooLarge(output_too_large(limits), stdout=stdout)
        case "syntax":
            line = header.get("line")
            return CodeSyntaxError(message, line if isinstance(line, int) else 0)
        case "result":
            return CodeFailed(f"The result cannot be expressed as JSON: {message}", name=name, stdout=stdout)
        case "memory":
            return MemoryLimitExceeded(memory_exceeded(limits), stdout=stdout)
        case "traceback":
            return CodeFailed(message, name=name, stack=str(header.get("stack", "")), stdout=stdout)
        case _:
            return CodeFailed(message, name=name, stack=_own_frames(name, message, str(header.get("stack", ""))), stdout=stdout)


def _own_frames(name: str, message: str, stack: str) -> str:
    """The stack as the wire shows it: the error, then the frames of the step (recordings/flow-runs.json has ``at Object.code (...)``)."""
    lines = stack.splitlines()
    first_frame = next((index for index, line in enumerate(lines) if line.startswith("    at ")), len(lines))
    said = "\n".join(lines[:first_frame]) or f"{name}: {message}"
    return "\n".join([said, *(line for line in lines[first_frame:] if _STEP_FRAME.search(line))])


def to_json(value: Any) -> bytes:
    """orjson, and where that refuses (deeper than 254 levels, integers beyond 64 bits) the standard library."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value).encode()


_TOO_DEEP = "The result cannot be expressed as JSON: it is nested too deeply"


def from_json(payload: bytes, stdout: str) -> Any:
    """Parsed JSON; lone surrogates, which JavaScript may hold but no UTF-8 text, become U+FFFD. Raises CodeFailed on anything else."""
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if "depth limit" in str(error):
            raise CodeFailed(_TOO_DEEP, stdout=stdout) from None
    try:
        text = json.dumps(json.loads(payload), ensure_ascii=False)
        return orjson.loads(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    except RecursionError:
        raise CodeFailed(_TOO_DEEP, stdout=stdout) from None
    except ValueError as error:
        raise CodeFailed(f"The result cannot be expressed as JSON: {error}", stdout=stdout) from None
