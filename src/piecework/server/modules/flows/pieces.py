"""What the pieces that are installed say against a step."""

from piecework.engine.steps import kind_of
from piecework.engine.validation import CheckPiece
from piecework.runner.catalogue import Catalogue
from piecework.sdk import Action, Piece, Trigger
from piecework.spec.flow import Step
from piecework.spec.shape import Problem


def piece_check(catalogue: Catalogue) -> CheckPiece:
    """Returns the check of PIECE and PIECE_TRIGGER steps: their piece, its version, its action or trigger, and what that must be given."""

    def check(step: Step) -> list[Problem]:
        settings = step["settings"]
        name, version = settings["pieceName"], settings["pieceVersion"]
        piece = catalogue.get(name, version)
        if piece is None:
            path = "settings.pieceName" if catalogue.get(name) is None else "settings.pieceVersion"
            return [Problem(path, f"the piece {name}@{version} is not installed")]
        is_trigger = kind_of(step).is_trigger
        noun = "trigger" if is_trigger else "action"
        chosen = settings.get(f"{noun}Name")
        if not chosen:
            return []  # the step kind says so itself
        piece = catalogue.for_step(name, version, chosen) or piece
        operation = (piece.triggers if is_trigger else piece.actions).get(chosen)
        if operation is None:
            return [Problem(f"settings.{noun}Name", f"the piece {name}@{version} has no {noun} {chosen}")]
        return _input_problems(piece, operation, settings["input"])

    return check


def trigger_of(catalogue: Catalogue, step: Step) -> Trigger | None:
    """The piece's trigger that a PIECE_TRIGGER step means, None if it is not installed."""
    settings = step["settings"]
    name = str(settings.get("triggerName"))
    piece = catalogue.for_step(str(settings.get("pieceName")), settings.get("pieceVersion"), name)
    return piece.triggers.get(name) if piece else None


def _input_problems(piece: Piece, operation: Action | Trigger, given: dict[str, object]) -> list[Problem]:
    problems = [
        Problem(f"settings.input.{name}", f"the required input {operation.properties[name].title or name} ({name}) is missing")
        for name in operation.form.missing(given)
    ]
    if piece.needs_connection and operation.require_auth and not given.get("auth"):
        problems.append(Problem("settings.input.auth", f"a connection to {piece.display_name} is missing"))
    return problems
