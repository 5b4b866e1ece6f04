from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piecework.sdk import (
    ActionContext,
    Array,
    Checkbox,
    DateTime,
    DynamicProperties,
    File,
    InvalidInput,
    Json,
    LoadedFile,
    LongText,
    Markdown,
    Number,
    Object,
    Piece,
    PieceDefinitionError,
    Property,
    ShortText,
    StaticDropdown,
    StaticMultiSelect,
)
from piecework.sdk.form import Form, by_wire_names, form_of, typed_by
from piecework.sdk.testing import FakeContext, MemoryFiles, run_action


def one(prop: Property) -> Form:
    return Form({"it": prop})


def problem(form: Form, raw: dict[str, Any]) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as failure:
        form.process(raw)
    return failure.value.as_wire()


@pytest.mark.parametrize(
    ("prop", "raw", "processed"),
    [
        (ShortText(required=True), "a", "a"),
        (ShortText(required=True), "", ""),
        (ShortText(), "", None),
        (LongText(), 3, "3"),
        (LongText(), 3.0, "3"),
        (LongText(), 0.5, "0.5"),
        (LongText(), True, "true"),
        (LongText(), {"a": [1]}, '{"a":[1]}'),
        (Number(), "", None),
        (Number(), "  ", None),
        (Number(), "12", 12),
        (Number(), " 1.5 ", 1.5),
        (Number(), "2.0", 2),
        (Number(), "0x10", 16),
        (Number(), "1e3", 1000),
        (Number(), True, 1),
        (Number(), 9007199254740993, 9007199254740993),
        (Checkbox(), "TRUE", True),
        (Checkbox(), "false", False),
        (Checkbox(), "", None),
        (Json(), '{"a": 1}', {"a": 1}),
        (Json(), "<xml/>", "<xml/>"),
        (Json(), [1], [1]),
        (Json(), "", None),
        (Object(), '{"a": 1}', {"a": 1}),
        (Array(), "[1, 2]", [1, 2]),
        (DateTime(), "2024-03-14", "2024-03-14T00:00:00.000Z"),
        (DateTime(), "2024-03-14T12:00:00+02:00", "2024-03-14T10:00:00.000Z"),
        (DateTime(), 1_700_000_000_000, "2023-11-14T22:13:20.000Z"),
        (DateTime(), "Sun, 22 Nov 2026 00:10:56 GMT", "2026-11-22T00:10:56.000Z"),
        (StaticDropdown(options={"A": 1}), "anything", "anything"),
        (StaticMultiSelect(options={"A": 1}), "a", ["a"]),
        (StaticMultiSelect(options={"A": 1}), '["a", "b"]', ["a", "b"]),
    ],
)
def test_processing(prop: Property, raw: Any, processed: Any) -> None:
    value = one(prop).process({"it": raw})["it"]
    assert value == processed
    assert type(value) is type(processed)


@pytest.mark.parametrize(
    ("prop", "raw", "message"),
    [
        (Number(), "abc", "Expected number, received: abc"),
        (Number(), "1_000", "Expected number, received: 1_000"),
        (Number(), "nan", "Expected number, received: nan"),
        (Number(), [1], "Expected number, received: [1]"),
        (Checkbox(), "maybe", "Expected boolean, received: maybe"),
        (Object(), "[1]", "Expected object, received: [1]"),
        (Object(), "text", "Expected object, received: text"),
        (Array(), "text", "Expected array, received: text"),
        (Array(), {"a": 1}, 'Expected array, received: {"a":1}'),
        (
            DateTime(),
            "tomorrow",
            "Invalid datetime format. Expected ISO format (e.g. 2024-03-14T12:00:00.000Z), received: tomorrow",
        ),
        (File(required=True), "no url", "Expected file url or base64 with mimeType, received: no url"),
    ],
)
def test_refusal(prop: Property, raw: Any, message: str) -> None:
    assert problem(one(prop), {"it": raw}) == {"it": [message]}


def test_required() -> None:
    form = Form({"a": ShortText(required=True), "b": Number(required=True), "c": Json(required=True), "d": Number()})
    assert problem(form, {"b": "", "c": None}) == {
        "a": ["Expected string, received: undefined"],
        "b": ["Expected number, received: "],
        "c": ["Expected JSON, received: null"],
    }


def test_the_signature_is_the_form() -> None:
    def action(
        content: Annotated[str, LongText("Text", "What to send.")],
        note: Annotated[None, Markdown(None, "Hello")] = None,
        *,
        kind: Annotated[str, StaticDropdown(options={"A": "a"}, required=True)] = "a",
        count: Annotated[float | None, Number()] = None,
    ) -> None:
        """Nothing."""

    form, takes_context = form_of(action)
    assert not takes_context
    assert form.describe() == {
        "content": {"displayName": "Text", "description": "What to send.", "required": True, "type": "LONG_TEXT"},
        "note": {"displayName": "Markdown", "description": "Hello", "required": False, "variant": "INFO", "type": "MARKDOWN"},
        "kind": {
            "displayName": "Kind",
            "required": True,
            "defaultValue": "a",
            "options": {"options": [{"label": "A", "value": "a"}]},
            "type": "STATIC_DROPDOWN",
        },
        "count": {"displayName": "Count", "required": False, "type": "NUMBER"},
    }
    assert form.process({"content": "x", "unknown": 1, "note": "y"}) == {"content": "x", "kind": "a", "count": None}


def test_a_parameter_without_a_property_is_refused() -> None:
    def action(content: bytes) -> None: ...

    with pytest.raises(PieceDefinitionError, match="content"):
        form_of(action)


def test_an_action_twice_is_refused() -> None:
    piece = Piece("twice", display_name="Twice", version="0.1.0")
    piece.action(name="a")(lambda: None)
    with pytest.raises(PieceDefinitionError, match="twice"):
        piece.action(name="a")(lambda: None)


ITEMS = Array(required=True, of={"name": ShortText(required=True), "size": Number()})


def test_items_of_an_array_are_processed() -> None:
    assert one(ITEMS).process({"it": [{"name": 1, "size": "2", "more": 3}]}) == {"it": [{"name": "1", "size": 2, "more": 3}]}


def test_an_object_of_lists_is_zipped() -> None:
    assert one(ITEMS).process({"it": {"name": ["a", "b"], "size": 4}}) == {"it": [{"name": "a", "size": 4}, {"name": "b", "size": 4}]}


def test_problems_of_items_have_a_path() -> None:
    assert problem(one(ITEMS), {"it": [{"name": "a"}, {"size": "x"}, 3]}) == {
        "it.1.name": ["Expected string, received: undefined"],
        "it.1.size": ["Expected number, received: x"],
        "it.2": ["Expected object, received: 3"],
    }


DYNAMIC = DynamicProperties(form=lambda kind: {}, required=True)
SETTINGS = {"it": {"type": "MANUAL", "schema": {"status": {"type": "NUMBER", "required": True}, "text": {"type": "DROPDOWN"}}}}


def test_a_dynamic_property_is_typed_by_its_stored_schema() -> None:
    assert one(DYNAMIC).process({"it": {"status": "201", "text": 5}}, SETTINGS) == {"it": {"status": 201, "text": 5}}
    assert one(DYNAMIC).process({"it": {"status": "201"}}) == {"it": {"status": "201"}}
    with pytest.raises(InvalidInput) as failure:
        one(DYNAMIC).process({"it": {"status": "x"}}, SETTINGS)
    assert failure.value.as_wire() == {"it.status": ["Expected number, received: x"]}


def test_a_stored_schema_may_hold_arrays() -> None:
    form = typed_by({"data": {"type": "ARRAY", "required": True, "properties": {"n": {"type": "NUMBER"}}}})
    assert form.process({"data": [{"n": "1"}]}) == {"data": [{"n": 1}]}


def file_piece() -> Piece:
    piece = Piece("files", display_name="Files", version="0.1.0")

    @piece.action(name="sizes")
    def sizes(
        file: Annotated[LoadedFile, File()],
        more: Annotated[list[dict[str, Any]] | None, Array(of={"file": File(required=True)})] = None,
    ) -> list[Any]:
        """Give names and sizes."""
        files = [file, *(item["file"] for item in more or [])]
        return [[loaded.filename, loaded.extension, len(loaded.data)] for loaded in files]

    return piece


async def test_files_are_loaded() -> None:
    ctx = FakeContext(files=MemoryFiles({"https://x/a.txt": LoadedFile("a.txt", b"abc", "txt")}))
    given = {
        "file": "https://x/a.txt",
        "more": [{"file": "data:text/plain;base64,aGVsbG8="}, {"file": {"filename": "b", "base64": "aA=="}}],
    }
    assert await run_action(file_piece(), "sizes", given, ctx) == [["a.txt", "txt", 3], ["unknown.txt", "txt", 5], ["b", None, 1]]


async def test_files_that_cannot_be_loaded() -> None:
    with pytest.raises(InvalidInput) as failure:
        await run_action(file_piece(), "sizes", {"file": "https://x/none", "more": [{"file": "data:nothing"}]})
    assert set(failure.value.as_wire()) == {"file", "more.0.file"}


async def test_an_optional_file_that_cannot_be_loaded_is_missing() -> None:
    """As on the wire (spec/engine.md §2), unless it is there and too large."""
    form = Form({"it": File(), "must": File(required=True)})
    good, bad = "data:text/plain;base64,aGVsbG8=", "https://x/none"
    for optional in ("no url", bad, "data:nothing", {"filename": "b"}):
        values = await form.load_files(form.process({"it": optional, "must": good}), MemoryFiles())
        assert (values["it"], values["must"].data) == (None, b"hello")
    with pytest.raises(InvalidInput) as failure:
        await form.load_files(form.process({"it": good, "must": good}), MemoryFiles(max_bytes=4))
    assert set(failure.value.as_wire()) == {"it", "must"}
    assert "AP_MAX_FILE_SIZE_MB" in str(failure.value)


async def test_files_of_a_dynamic_property_are_loaded() -> None:
    form = Form({"fields": DynamicProperties(form=dict)})
    schema = {
        "doc": {"type": "FILE", "required": True},
        "n": {"type": "NUMBER"},
        "rows": {"type": "ARRAY", "properties": {"f": {"type": "FILE"}}},
    }
    settings = {"fields": {"schema": schema}}
    url = "data:text/plain;base64,aGVsbG8="
    assert form.loads_files(settings)
    assert not form.loads_files({"fields": {"schema": {"n": {"type": "NUMBER"}}}})
    values = form.process({"fields": {"doc": url, "n": "3", "rows": [{"f": url}], "else": 1}}, settings)
    loaded = (await form.load_files(values, MemoryFiles(), settings))["fields"]
    assert (loaded["doc"].data, loaded["n"], loaded["rows"][0]["f"].extension, loaded["else"]) == (b"hello", 3, "txt", 1)
    with pytest.raises(InvalidInput) as failure:
        await form.load_files(form.process({"fields": {"doc": "https://x/none"}}, settings), MemoryFiles(), settings)
    assert set(failure.value.as_wire()) == {"fields.doc"}


async def test_a_step_test_calls_what_the_action_has_for_it() -> None:
    piece = Piece("tested", display_name="Tested", version="0.1.0")

    def sample(ctx: ActionContext, n: Annotated[int, Number()]) -> str:
        return f"sample {n}"

    @piece.action(name="real", test=sample)
    async def real(n: Annotated[int, Number()]) -> str:
        """The real thing."""
        return f"real {n}"

    assert await run_action(piece, "real", {"n": 1}, FakeContext()) == "real 1"
    assert await run_action(piece, "real", {"n": 1}, FakeContext(test=True)) == "sample 1"
    with pytest.raises(PieceDefinitionError):
        piece.action(name="other", test=lambda: None)(real)


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
json_values = scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.sampled_from("ab"), scalars | st.lists(scalars, max_size=2))
ALL = {
    "text": ShortText(), "number": Number(), "box": Checkbox(), "json": Json(), "object": Object(), "array": Array(),
    "date": DateTime(), "file": File(), "items": ITEMS, "choices": StaticMultiSelect(options=()),
}  # fmt: skip


@given(st.dictionaries(st.sampled_from(sorted(ALL)), json_values, max_size=4))
def test_any_json_is_processed_or_refused_by_name(given_values: dict[str, Any]) -> None:
    raw = {"items": [], **given_values}
    try:
        named = set(Form(ALL).process(raw))
        assert named == set(ALL)
    except InvalidInput as error:
        named = {entry.property.split(".")[0] for entry in error.problems}
    assert named <= set(ALL)


def test_a_parameter_may_stand_for_a_name_that_python_keeps_for_itself() -> None:
    def send(from_: str, to: str = "x") -> tuple[str, str]:
        return from_, to

    form, _ = form_of(send)
    assert list(form.properties) == ["from", "to"]
    assert form.properties["from"].title == "From"
    assert by_wire_names(send)(**form.process({"from": "a", "to": "b"})) == ("a", "b")
