"""Programs: a flow version compiled once, run many times.

``compile_program`` turns the wire's nested step tree into linked nodes with their inputs' templates already parsed. A program holds no run's state
and may be shared by any number of runs at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from piecework.engine.expressions import Compiled, compile_value
from piecework.engine.steps.loop import MAX_PARALLELISM
from piecework.engine.tree import step_names, walk
from piecework.spec.flow import ActionType, BranchType, RouterExecutionType, Step, TriggerType


class UnknownStepKind(ValueError):
    """A step's type is none that this engine runs; the message names the step and the type."""


@dataclass(slots=True, eq=False)
class Node:
    """One action of the flow. ``next`` is the step after it on the same level."""

    name: str
    display_name: str
    kind: ActionType
    skip: bool
    next: Node | None = None


@dataclass(slots=True, eq=False)
class WorkNode(Node):
    """A step whose work happens outside the engine: a piece's action or a code step."""

    input: Compiled = field(kw_only=True)
    settings: Mapping[str, Any] = field(kw_only=True)
    retry_on_failure: bool = field(kw_only=True, default=False)
    continue_on_failure: bool = field(kw_only=True, default=False)
    on_success: Node | None = field(kw_only=True, default=None)
    on_failure: Node | None = field(kw_only=True, default=None)
    handle: Any = field(kw_only=True, default=None)
    """Whatever the runner wants to remember about the step (the resolved action); the engine never looks inside."""


@dataclass(slots=True, eq=False)
class LoopNode(Node):
    items: Compiled = field(kw_only=True)
    first: Node | None = field(kw_only=True, default=None)
    body_reads_iterations: bool = field(kw_only=True, default=True)
    """False when every expression inside uses only the loop's item and index: then an iteration need not copy the list of earlier ones."""
    parallelism: int = field(kw_only=True, default=1)
    """So many iterations run at the same time."""


@dataclass(slots=True, frozen=True)
class Branch:
    name: str
    fallback: bool
    child: Node | None


@dataclass(slots=True, eq=False)
class RouterNode(Node):
    settings: Compiled = field(kw_only=True)
    """The whole settings object: resolved, it is the step's stored input, and its branches carry the resolved conditions."""
    branches: Sequence[Branch] = field(kw_only=True, default=())
    first_match: bool = field(kw_only=True, default=True)
    parallel: bool = field(kw_only=True, default=False)
    """The matching branches run at the same time."""
    inner: Sequence[str] = field(kw_only=True, default=())
    """The steps in all branches in the order of execution, where they run at the same time."""


@dataclass(slots=True, eq=False)
class Program:
    """A compiled flow version.

    ``trigger_piece`` is the piece of the trigger, None for an empty one. ``first`` is the first action, None for a flow without actions.
    """

    trigger: Step
    trigger_piece: str | None
    first: Node | None
    nodes: Mapping[str, Node]
    any_step_responds: bool
    """The flow's setting that lets a step of any piece answer the waiting caller; by default only the trigger's own piece may."""
    trigger_input: Compiled
    trigger_handle: Any = None
    """What the runner remembers about the trigger; the engine never looks inside."""


def compile_program(trigger: Step, *, metadata: Mapping[str, Any] | None = None) -> Program:
    """Compile a step tree.

    :param trigger: the version's trigger with its actions nested inside, already valid (engine/edit).
    :param metadata: the flow's metadata; ``{"anyStepResponds": true}`` lifts the guard on who may answer the caller.
    :raises UnknownStepKind: a step's type is not one of ``ActionType``.
    """
    names = [str(trigger["name"]), *(step["name"] for step in _actions(trigger))]
    nodes: dict[str, Node] = {}
    for step in _actions(trigger):
        nodes[step["name"]] = _compile_step(step, names)
    for step in _actions(trigger):
        _link(nodes[step["name"]], step, nodes)
    is_piece = trigger.get("type") == TriggerType.PIECE
    return Program(
        trigger=trigger,
        trigger_piece=trigger["settings"].get("pieceName") if is_piece else None,
        first=_node(nodes, trigger.get("nextAction")),
        nodes=nodes,
        any_step_responds=bool((metadata or {}).get("anyStepResponds")),
        trigger_input=compile_value(trigger.get("settings", {}).get("input") or {}, names),
    )


def _actions(trigger: Step) -> Iterator[Step]:
    return islice(walk(trigger), 1, None)


def _node(nodes: Mapping[str, Node], step: Step | None) -> Node | None:
    return nodes[step["name"]] if step else None


def _compile_step(step: Step, names: Sequence[str]) -> Node:
    settings: Mapping[str, Any] = step.get("settings") or {}
    name, display_name, skip = step["name"], step.get("displayName") or step["name"], bool(step.get("skip"))
    match step.get("type"):
        case ActionType.CODE | ActionType.PIECE as kind:
            options = settings.get("errorHandlingOptions") or {}
            return WorkNode(
                name=name,
                display_name=display_name,
                kind=ActionType(kind),
                skip=skip,
                input=compile_value(settings.get("input") or {}, names),
                settings=settings,
                retry_on_failure=_option(options, "retryOnFailure"),
                continue_on_failure=_option(options, "continueOnFailure"),
            )
        case ActionType.LOOP_ON_ITEMS:
            items = compile_value(settings.get("items"), names)
            reads = _body_reads_iterations(step)
            return LoopNode(
                name=name,
                display_name=display_name,
                kind=ActionType.LOOP_ON_ITEMS,
                skip=skip,
                items=items,
                body_reads_iterations=reads,
                parallelism=_parallelism(settings),
            )
        case ActionType.ROUTER:
            return RouterNode(
                name=name,
                display_name=display_name,
                kind=ActionType.ROUTER,
                skip=skip,
                settings=compile_value(dict(settings), names),
                first_match=settings.get("executionType") == RouterExecutionType.EXECUTE_FIRST_MATCH,
                parallel=settings.get("parallel") is True,
            )
        case kind:
            raise UnknownStepKind(f"Step {name!r} is of the kind {kind!r}, which this platform does not run")


def _body_reads_iterations(loop: Step) -> bool:
    """Does any step inside the loop name the loop other than by its item or index?"""
    name = re.escape(loop["name"])
    other_use = re.compile(rf"\b{name}\b(?!(?:\??\.|\[\\?['\"])(?:item|index)\b)")
    body = loop.get("firstLoopAction")
    inner = walk(body) if body else ()
    return any(other_use.search(json.dumps(step.get("settings"))) for step in inner)


def _parallelism(settings: Mapping[str, Any]) -> int:
    """One iteration at a time where the setting is none; documents older than it may hold anything under its name."""
    value = settings.get("parallelism")
    return value if isinstance(value, int) and 1 <= value <= MAX_PARALLELISM else 1


def _option(options: Mapping[str, Any], name: str) -> bool:
    return bool((options.get(name) or {}).get("value"))


def _link(node: Node, step: Step, nodes: Mapping[str, Node]) -> None:
    node.next = _node(nodes, step.get("nextAction"))
    if isinstance(node, LoopNode):
        node.first = _node(nodes, step.get("firstLoopAction"))
    elif isinstance(node, RouterNode):
        children = list(step.get("children") or ())
        branches = (step.get("settings") or {}).get("branches") or []
        children += [None] * (len(branches) - len(children))
        node.branches = tuple(
            Branch(str(branch.get("branchName") or ""), branch.get("branchType") == BranchType.FALLBACK, _node(nodes, child))
            for branch, child in zip(branches, children, strict=False)
        )
        if node.parallel:
            node.inner = tuple(name for child in children if child for name in step_names(child))
    elif isinstance(node, WorkNode):
        branches = step.get("continueOnFailureBranches") or {}
        node.on_success = _node(nodes, branches.get("onSuccess"))
        node.on_failure = _node(nodes, branches.get("onFailure"))
