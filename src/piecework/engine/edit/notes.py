"""Operations on the notes of the canvas."""

from typing import Any

from piecework.engine.edit.version import EditContext, Note, OperationError

Notes = tuple[Note, ...]
Request = dict[str, Any]


def add_note(notes: Notes, request: Request, context: EditContext) -> Notes:
    """A new note of the user who edits."""
    if any(note["id"] == request["id"] for note in notes):
        raise OperationError(f"Note {request['id']} exists already")
    return (*notes, new_note(request, context))


def update_note(notes: Notes, request: Request, context: EditContext) -> Notes:
    """A note's fields replaced by the request's."""
    _require(notes, request["id"])
    return tuple({**note, **request, "updatedAt": context.now} if note["id"] == request["id"] else note for note in notes)


def delete_note(notes: Notes, request: Request, context: EditContext) -> Notes:
    """A note removed."""
    _require(notes, request["id"])
    return tuple(note for note in notes if note["id"] != request["id"])


def new_note(fields: Note, context: EditContext) -> Note:
    """A note as it is stored: owner and times are ours, whatever the fields say."""
    return {**fields, "ownerId": context.user_id, "createdAt": context.now, "updatedAt": context.now}


def _require(notes: Notes, note_id: str) -> None:
    if not any(note["id"] == note_id for note in notes):
        raise OperationError(f"Note {note_id} does not exist")
