"""What is taken out of all that a run leaves behind."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from piecework.engine.commands import Response
from piecework.engine.events import StepFailed, StepSucceeded
from piecework.runner.secrets import Secrets, secret_texts
from piecework.sdk import Response as PieceResponse
from piecework.sdk import WebhookPause

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=6, max_size=30)


@given(secret=TEXTS, before=st.text(max_size=5), after=st.text(max_size=5), key=st.text(max_size=5))
def test_no_form_of_a_secret_is_left(secret: str, before: str, after: str, key: str) -> None:
    secrets = Secrets()
    secrets.add([secret])
    around = before + secret + after
    value = {key: [around, {around: json.dumps(around), "twice": json.dumps(json.dumps(around))}], "tuple": (around, 1, None, True, 1.5)}
    scrubbed = secrets.scrub(value)
    texts = list(texts_in(scrubbed))
    assert not [text for text in texts if secret in text or json.dumps(secret)[1:-1] in text]
    assert value[key][0] == around, "what the step has in hand stays what it is"


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in texts_in(part)]
    return [text for item in value for text in texts_in(item)] if isinstance(value, list) else []


def test_without_secrets_nothing_is_copied_and_short_ones_are_not_looked_for() -> None:
    secrets = Secrets()
    value = {"a": ["b"]}
    assert secrets.scrub(value) is value
    secrets.add(["a", "12345", ""])
    assert not secrets
    assert secrets.scrub(value) is value


def test_events_are_scrubbed_whole() -> None:
    secrets = Secrets()
    secrets.add(["hidden-1"], "slack")
    pause = WebhookPause(PieceResponse(200, {"x": "hidden-1"}, {"y": "hidden-1"}), 5)
    event = StepSucceeded(
        "hidden-1", 1, 2, response=Response(200, ["hidden-1"], {"z": "hidden-1"}), pause=pause, logs="hidden-1", tags=("t",)
    )
    scrubbed = secrets.scrub_event(event)
    assert "hidden-1" not in repr(scrubbed)
    assert isinstance(scrubbed, StepSucceeded)
    assert scrubbed.tags == ("t", "connection:slack")
    assert "hidden-1" not in repr(secrets.scrub_event(StepFailed("no hidden-1", 1, 2, logs="hidden-1", kind="X")))


def test_a_value_that_contains_itself_ends() -> None:
    secrets = Secrets()
    secrets.add(["hidden-1"])
    value: list[Any] = ["hidden-1"]
    value.append(value)
    assert secrets.scrub(value)[0] == "**REDACTED**"


def test_which_texts_of_a_connection_are_secret() -> None:
    oauth = {
        "type": "OAUTH2", "access_token": "A-token", "refresh_token": "R-token", "client_id": "public", "client_secret": "C-secret", "scope": "read",
        "token_type": "Bearer", "data": {"id_token": "I-token", "team": {"name": "Acme", "bot": [{"bot_token": "B-token"}]}, "token_type": "x"},
        "props": {"host": "example.com", "pin": "P-1"},
    }  # fmt: skip
    assert set(secret_texts(oauth, frozenset({"pin"}))) == {"A-token", "R-token", "C-secret", "I-token", "B-token", "P-1"}
    assert "example.com" in secret_texts(oauth, None)
    assert secret_texts({"type": "BASIC_AUTH", "username": "u", "password": "p"}) == ["p", "u:p"]
    assert secret_texts({"type": "SECRET_TEXT", "secret_text": "s"}) == ["s"]
    custom = {"type": "CUSTOM_AUTH", "props": {"region": "eu", "key": "k", "list": ["l"]}, "access_token": "t"}
    assert secret_texts(custom, frozenset({"key"})) == ["k", "t"]
    assert secret_texts(custom) == ["eu", "k", "l", "t"]
    assert secret_texts("bare") == ["bare"]
    assert secret_texts(None) == []
