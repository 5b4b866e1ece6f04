"""Code steps: their sources are compiled when they are saved, and kept by what they say (`code_artifact`)."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog

from piecework.engine.tree import transform, walk
from piecework.spec.flow import ActionType, Step
from piecework.spec.shape import Problem

log = structlog.get_logger("flows")

SourceCode = Mapping[str, Any]
"""`settings.sourceCode` of a code step: `{code, packageJson, language?}`."""

CompileCode = Callable[[SourceCode], Awaitable[str | None]]
"""Gives the script that the sandbox runs, None for a language that is not compiled. Raises CodeRejected, or anything for want of a sandbox."""


class CodeRejected(Exception):
    """The source does not compile; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """What became of a source: a script, or the reason why there is none."""

    hash: str
    script: str | None = None
    error: str | None = None


def source_hash(step: Step) -> str:
    """The key of a code step's artifact."""
    return sha256(step["settings"]["sourceCode"]["code"].encode()).hexdigest()


def code_steps(trigger: Step) -> Iterator[Step]:
    """The code steps of a tree."""
    return (step for step in walk(trigger) if step["type"] == ActionType.CODE)


def sources_within(request: Any) -> Iterator[Step]:
    """The code steps of a request that nobody has checked yet, in whatever schema: anything that has a source where a code step has one."""
    unvisited = [request]
    while unvisited:
        value = unvisited.pop()
        if isinstance(value, dict):
            if value.get("type") == ActionType.CODE and _has_source(value):
                yield value
            unvisited.extend(value.values())
        elif isinstance(value, list):
            unvisited.extend(value)


def _has_source(step: Step) -> bool:
    settings = step.get("settings")
    source = settings.get("sourceCode") if isinstance(settings, dict) else None
    return isinstance(source, dict) and isinstance(source.get("code"), str)


async def compile_step(compile_code: CompileCode, step: Step) -> Artifact | None:
    """Compiles one code step; None for a language that is not compiled, and when there is no sandbox: then the worker compiles it."""
    try:
        script = await compile_code(step["settings"]["sourceCode"])
    except CodeRejected as error:
        return Artifact(source_hash(step), error=str(error))
    except Exception:
        log.exception("code was not compiled", step=step.get("name"))
        return None
    return None if script is None else Artifact(source_hash(step), script)


def code_problems(trigger: Step, errors: Mapping[str, str]) -> list[Problem]:
    """The code steps that do not compile; `errors` by source hash."""
    return [
        Problem("settings.sourceCode.code", f"the code does not compile: {errors[key]}", step["name"])
        for step in code_steps(trigger)
        if (key := source_hash(step)) in errors and not step.get("skip")
    ]


def with_broken_code_marked(trigger: Step, errors: Mapping[str, str]) -> Step:
    """The tree with `valid: false` on every code step that does not compile."""
    if not errors:
        return trigger

    def mark(step: Step) -> Step:
        broken = step["type"] == ActionType.CODE and source_hash(step) in errors
        return {**step, "valid": False} if broken else step

    return transform(trigger, mark)
