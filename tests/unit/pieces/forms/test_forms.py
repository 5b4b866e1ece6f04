from typing import Any

import pytest

from piecework.pieces.forms import piece
from piecework.pieces.forms.fields import field_key
from piecework.sdk import LoadedFile, PayloadRejected
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryFiles, run_action, run_trigger

INPUTS = [
    {"displayName": "Your Name", "type": "text", "required": True},
    {"displayName": "Message", "type": "text_area"},
    {"displayName": "Newsletter", "type": "toggle", "required": False},
    {"displayName": "CV", "type": "file", "required": False},
]


async def submitted(body: Any, inputs: list[dict[str, Any]] = INPUTS) -> dict[str, Any]:
    (output,) = await run_trigger(piece, "form_submission", {"inputs": inputs}, FakeTriggerContext(payload={"body": body}))
    return output


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Name", "name"),
        ("Your Name", "yourName"),
        ("Your e-mail  address", "yourE-mailAddress"),
        ("E-MAIL", "e-mail"),
        ("Size (cm)", "size (cm)"),
        ('Ada\'s "best" \\ idea', "adas best Idea"),
        ("Größe des Bildes", "größeDesBildes"),
        ("Two\nlines", "twoLines"),
        ("2 files", "2Files"),
    ],
)
def test_keys_are_the_wires(name: str, key: str) -> None:
    assert field_key(name) == key


async def test_a_form_gives_its_fields_and_nothing_else() -> None:
    body = {"yourName": "Ada", "newsletter": "true", "cv": "https://files.test/1/cv.pdf", "admin": "yes"}
    assert await submitted(body) == {"yourName": "Ada", "newsletter": True, "cv": "https://files.test/1/cv.pdf"}
    assert await submitted({"yourName": "Ada", "message": ""}) == {"yourName": "Ada", "message": "", "newsletter": False}


@pytest.mark.parametrize("body", [{}, {"yourName": ""}, "yourName=Ada", [], None])
async def test_what_is_required_must_be_there(body: Any) -> None:
    with pytest.raises(PayloadRejected, match=r"^yourName: Your Name is required$"):
        await submitted(body)


@pytest.mark.parametrize("value", ["perhaps", "", 1, []])
async def test_a_toggle_is_true_or_false(value: Any) -> None:
    with pytest.raises(PayloadRejected, match="newsletter: Newsletter must be true or false"):
        await submitted({"yourName": "Ada", "newsletter": value})


async def test_every_problem_is_told() -> None:
    required = [{**field, "required": True} for field in INPUTS]
    with pytest.raises(PayloadRejected) as refused:
        await submitted({}, required)
    assert [problem.property for problem in refused.value.problems] == ["yourName", "message", "newsletter", "cv"]


async def test_a_chat_message() -> None:
    body = {"chatId": "s1", "message": "Hello", "file[10]": "c", "file[2]": "b", "file[0]": "a", "filename": "no", "other": 1}
    assert await run_trigger(piece, "chat_submission", {"botName": "Bot"}, FakeTriggerContext(payload={"body": body})) == [
        {"sessionId": "s1", "message": "Hello", "files": ["a", "b", "c"]}
    ]


@pytest.mark.parametrize(
    ("body", "told"), [({"chatId": "s"}, "message: Message is"), ({"message": "x"}, "chatId: Chat ID is"), ("x", "chatId")]
)
async def test_a_chat_message_has_a_session_and_a_text(body: Any, told: str) -> None:
    with pytest.raises(PayloadRejected, match=told):
        await run_trigger(piece, "chat_submission", {"botName": "Bot"}, FakeTriggerContext(payload={"body": body}))


async def test_an_answer() -> None:
    ctx = FakeContext()
    answer = {"type": "markdown", "value": "**Done**", "files": []}
    assert await run_action(piece, "return_response", {"markdown": "**Done**"}, ctx) == answer
    assert (ctx.run.outcome.kind, ctx.run.outcome.response and ctx.run.outcome.response.body) == ("respond", answer)


async def test_an_answer_with_a_file() -> None:
    files = MemoryFiles({"https://files.test/1/offer.pdf": LoadedFile("offer.pdf", b"%PDF", "pdf")})
    answer = await run_action(piece, "return_response", {"file": "https://files.test/1/offer.pdf"}, FakeContext(files=files))
    (kept,) = answer["files"]
    assert (answer["value"], kept["mimeType"], kept["fileName"]) == ("", "application/pdf", "offer.pdf")
    assert (await files.read(kept["url"])).data == b"%PDF"


@pytest.mark.parametrize(("version", "served"), [("0.4.1", True), ("~0.4.14", True), ("0.3.9", False), ("1.0.0", False)])
def test_versions(version: str, served: bool) -> None:
    assert piece.serves(version) is served
