"""What keeps secrets: sealed values, passwords, tokens, secret files, redacted logs."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from piecework.server.kernel.crypto import Cipher, SealError
from piecework.server.kernel.logging import redact_secrets
from piecework.server.kernel.passwords import fits_bcrypt, hash_password, verify_password
from piecework.server.kernel.secret_files import load_or_create_secret
from piecework.server.kernel.tokens import TokenError, TokenSigner


def test_a_sealed_value_opens_with_its_key_and_context_alone() -> None:
    cipher = Cipher(bytes(16))
    sealed = cipher.seal(b"secret", "row-1")
    assert cipher.open(sealed, "row-1") == b"secret"
    assert b"secret" not in sealed
    assert cipher.seal(b"secret", "row-1") != sealed
    for key, context, value in (
        (bytes(16), "row-2", sealed),
        (bytes(15) + b"x", "row-1", sealed),
        (bytes(16), "row-1", sealed[:-1]),
        (bytes(16), "row-1", b""),
    ):
        with pytest.raises(SealError):
            Cipher(key).open(value, context)


async def test_passwords() -> None:
    password_hash = await hash_password("Passw0rd!ž")
    assert await verify_password("Passw0rd!ž", password_hash)
    assert not await verify_password("Passw0rd!z", password_hash)
    assert not await verify_password("x" * 73, password_hash)
    assert not await verify_password("Passw0rd!ž", None)
    assert fits_bcrypt("ž" * 36)
    assert not fits_bcrypt("ž" * 37)


def test_a_token_opens_what_it_is_for() -> None:
    signer = TokenSigner("s" * 32)
    token = signer.sign("USER", {"id": "a"}, timedelta(hours=1))
    assert signer.read(token, "ENGINE", "USER")["id"] == "a"
    expired = signer.sign("USER", {}, timedelta(seconds=-1))
    unsigned = "eyJhbGciOiJub25lIn0.eyJ0eXBlIjoiVVNFUiIsImV4cCI6OTk5OTk5OTk5OX0."
    for bad in (expired, unsigned, "", "a.b.c", "\ud800", TokenSigner("t" * 32).sign("USER", {}, timedelta(hours=1))):
        with pytest.raises(TokenError):
            signer.read(bad, "USER")
    with pytest.raises(TokenError, match="another type"):
        signer.read(token, "INVITATION")


def test_a_generated_secret_stays_and_is_ours_alone(tmp_path: Path) -> None:
    secret = load_or_create_secret(tmp_path / "data", "jwt_secret", 32)
    assert len(bytes.fromhex(secret)) == 32
    assert load_or_create_secret(tmp_path / "data", "jwt_secret", 32) == secret
    assert load_or_create_secret(tmp_path / "data", "encryption_key", 16) != secret
    files = list((tmp_path / "data").iterdir())
    assert sorted(file.name for file in files) == ["encryption_key", "jwt_secret"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_logs_show_no_secrets() -> None:
    event = {"event": "x", "password": "p", "asked": [{"Authorization": "Bearer t", "accept": "*/*"}], "clientSecret": "c"}
    assert redact_secrets(None, "info", event) == {
        "event": "x",
        "password": "********",
        "asked": [{"Authorization": "********", "accept": "*/*"}],
        "clientSecret": "********",
    }


def test_logs_show_nothing_that_flows_work_on() -> None:
    event = {"event": "x", "input": {"a": 1}, "Output": [2], "body": "b", "headers": {"x": "y"}, "step_name": "step_1"}
    masked = "********"
    assert redact_secrets(None, "info", event) == {
        "event": "x",
        "input": masked,
        "Output": masked,
        "body": masked,
        "headers": masked,
        "step_name": "step_1",
    }


def test_a_secret_is_masked_however_deep_and_whatever_holds_it() -> None:
    deep: object = {"password": "p"}
    for _ in range(12):
        deep = {"inner": (deep,)}
    assert "'p'" not in str(redact_secrets(None, "info", {"event": "x", "deep": deep}))
