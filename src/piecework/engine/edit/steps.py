"""Operations on triggers and actions."""

from typing import Any

from piecework.engine.edit.copies import copied
from piecework.engine.edit.version import EditContext, OperationError, action_location, step_location
from piecework.engine.migrate import pin_version
from piecework.engine.steps import NEXT, Slot, child_at, kind_of, with_child
from piecework.engine.tree import locate, step_names, transform
from piecework.engine.validation import parse_action, parse_trigger_alone
from piecework.spec.flow import Step, StepLocation

Request = dict[str, Any]


def update_trigger(trigger: Step, request: Request, context: EditContext) -> Step:
    """The trigger replaced; its ``nextAction`` and sample data stay."""
    if request["name"] != trigger["name"]:
        raise OperationError(f"The trigger is called {trigger['name']}, not {request['name']}")
    new = parse_trigger_alone(request, path="request")
    return with_child(_received(new, trigger, context), NEXT, child_at(trigger, NEXT))


def add_action(trigger: Step, request: Request, context: EditContext) -> Step:
    """A new action without children, in front of what hung in its place."""
    action = parse_action(request["action"], path="request.action")
    if locate(trigger, action["name"]) is not None:
        raise OperationError(f"Step {action['name']} exists already")
    location = request.get("stepLocationRelativeToParent", StepLocation.AFTER)
    return insert(trigger, _received(action, None, context), request["parentStep"], location, request.get("branchIndex"))


def update_action(trigger: Step, request: Request, context: EditContext) -> Step:
    """An action replaced; what hangs in the slots that the new one has too, and its sample data, stay."""
    old = action_location(trigger, request["name"])
    new = parse_action(request, path="request")
    kind = kind_of(new)
    if kind is kind_of(old.step):
        new |= {field: old.step[field] for field in kind.child_fields if field in old.step}
        _refuse_orphans(new)
        new = kind.fit(new)
    else:
        carried = [slot for slot in kind.slots(new) if slot.path[0] in kind_of(old.step).child_fields]
        for slot in carried:
            new = with_child(new, slot, child) if (child := child_at(old.step, slot)) else new
    new = with_child(new, NEXT, child_at(old.step, NEXT))
    return old.replaced(_received(new, old.step, context))


def _refuse_orphans(step: Step) -> None:
    """Fewer branches than before: their children must have gone first."""
    for problem in kind_of(step).shape(step, ""):
        raise OperationError(f"{problem.path}: {problem.message}; delete the branch and its steps first")


def delete_actions(trigger: Step, request: Request, context: EditContext) -> Step:
    """Actions removed with all that hangs in them; what came after each moves up.

    A name may vanish with a container that was named before it.
    """
    for name in request["names"]:
        action_location(trigger, name)
    for name in request["names"]:
        location = locate(trigger, name)
        if location is not None:
            trigger = location.replaced(child_at(location.step, NEXT))
    return trigger


def move_action(trigger: Step, request: Request, context: EditContext) -> Step:
    """An action moved with all that hangs in it, but not with what comes after it."""
    old = action_location(trigger, request["name"])
    moved = with_child(old.step, NEXT, None)
    parent = request["newParentStep"]
    if parent in step_names(moved):
        raise OperationError(f"Step {request['name']} cannot be moved into or behind itself")
    step_location(trigger, parent)
    location = request.get("stepLocationRelativeToNewParent", StepLocation.AFTER)
    rest = old.replaced(child_at(old.step, NEXT))
    return insert(rest, {**moved, "lastUpdatedDate": context.now}, parent, location, request.get("branchIndex"))


def duplicate_action(trigger: Step, request: Request, context: EditContext) -> Step:
    """A copy of an action and of all that hangs in it, right behind it."""
    source = action_location(trigger, request["stepName"]).step
    copy = copied(with_child(source, NEXT, None), taken=step_names(trigger), now=context.now)
    return insert(trigger, copy, source["name"], StepLocation.AFTER, None)


def skip_actions(trigger: Step, request: Request, context: EditContext) -> Step:
    """``skip`` set on actions."""
    names = frozenset(request["names"])
    for name in names:
        action_location(trigger, name)
    return transform(trigger, lambda step: {**step, "skip": request["skip"]} if step["name"] in names else step)


def update_sample_data(trigger: Step, request: Request, context: EditContext) -> Step:
    """The files of a step's sample data, noted with the time of the test; null removes them."""
    location = step_location(trigger, request["stepName"])
    files = request["sampleDataSettings"]
    sample = None if files is None else {**files, "lastTestDate": context.now}
    return location.replaced(with_sample_data(location.step, sample))


def insert(trigger: Step, action: Step, parent: str, location: str, branch: int | None) -> Step:
    """The tree with an action (without ``nextAction``) in a slot of ``parent``; what was there comes after it.

    Raises OperationError if the parent is not there or has no such slot.
    """
    target = step_location(trigger, parent)
    slot = kind_of(target.step).slot_at(target.step, StepLocation(location), branch)
    if slot is None:
        at = f"{location} {branch}" if branch is not None else location
        raise OperationError(f"Step {parent} ({target.step['type']}) has no place {at}")
    return target.replaced(_put_before(target.step, slot, action))


def _put_before(parent: Step, slot: Slot, action: Step) -> Step:
    return with_child(parent, slot, with_child(action, NEXT, child_at(parent, slot)))


def with_sample_data(step: Step, sample: Any) -> Step:
    """A step with other sample data; None removes them."""
    settings = {key: value for key, value in step["settings"].items() if key != "sampleData"}
    return {**step, "settings": settings if sample is None else {**settings, "sampleData": sample}}


def _received(step: Step, old: Step | None, context: EditContext) -> Step:
    """A step that came with a request: an exact piece version, our date, the sample data that were there."""
    sample = old["settings"].get("sampleData") if old is not None else None
    return with_sample_data({**pin_version(step), "lastUpdatedDate": context.now}, sample)
