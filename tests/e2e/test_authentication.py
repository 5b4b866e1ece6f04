"""Signing up and in, beside recordings/authentication.json."""

from typing import Any

import httpx
import pytest
from tests.e2e.recordings import assert_as_recorded
from tests.e2e.server_process import STRONG_PASSWORD, Account, Server, StartServer


@pytest.fixture(scope="module")
def closed_server(start_server: StartServer) -> Server:
    """A server with an owner, where nobody else may sign up, with the wire's default limits."""
    server = start_server()
    server.sign_up("owner@example.com")
    return server


def somebody(**fields: Any) -> dict[str, Any]:
    return {
        "email": "x1@example.com",
        "password": "Passw0rd!x",
        "firstName": "A",
        "lastName": "B",
        "newsLetter": False,
        "trackEvents": False,
    } | fields


def test_answers_are_those_of_the_recording(closed_server: Server) -> None:
    with closed_server.client() as client:
        wrong = client.post("/authentication/sign-in", json={"email": "owner@example.com", "password": "Wrong-pass-1!"})
        assert_as_recorded(wrong, "authentication", "sign in, wrong password", exactly=True)
        assert wrong.headers["x-ratelimit-limit"] == "50"
        assert wrong.headers["x-ratelimit-remaining"] == "49"
        assert 0 < int(wrong.headers["x-ratelimit-reset"]) <= 60

        empty = client.post("/authentication/sign-in", json={})
        assert_as_recorded(empty, "authentication", "sign in, body without fields", exactly=True)
        assert empty.headers["x-ratelimit-remaining"] == "48"

        weak = client.post("/authentication/sign-up", json=somebody(password="short"))
        assert_as_recorded(weak, "authentication", "sign up, weak password", exactly=True)

        uninvited = client.post("/authentication/sign-up", json=somebody())
        assert_as_recorded(uninvited, "authentication", "sign up when an owner exists and there is no invitation", exactly=True)

        signed_in = client.post("/authentication/sign-in", json={"email": " Owner@Example.COM ", "password": STRONG_PASSWORD})
        assert_as_recorded(signed_in, "authentication", "sign in")

        assert_as_recorded(client.get("/folders"), "authentication", "no token", exactly=True)
        bad_token = client.get("/folders", headers={"authorization": "Bearer abc.def.ghi"})
        assert_as_recorded(bad_token, "authentication", "bad token", exactly=True)


def test_an_unknown_address_and_a_wrong_password_look_alike(anonymous: httpx.Client) -> None:
    unknown = anonymous.post("/authentication/sign-in", json={"email": "nobody@example.com", "password": STRONG_PASSWORD})
    wrong = anonymous.post("/authentication/sign-in", json={"email": "owner@example.com", "password": "x" * 100})
    assert (
        (unknown.status_code, unknown.json()) == (wrong.status_code, wrong.json()) == (401, {"code": "INVALID_CREDENTIALS", "params": None})
    )


def test_an_address_signs_up_once(anonymous: httpx.Client) -> None:
    again = anonymous.post("/authentication/sign-up", json=somebody(email="OWNER@example.com"))
    assert again.status_code == 409
    assert again.json()["code"] == "EXISTING_USER"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"password": "x" * 65}, "body/password Too big: expected string to have <=64 characters"),
        ({"password": "ž" * 40}, "body/password Too big: expected string to have <=72 bytes"),
        ({"email": 7}, "body/email Invalid input: expected string, received number"),
        ({"firstName": ""}, "body/firstName Too small: expected string to have >=1 characters"),
        ({"trackEvents": "yes"}, "body/trackEvents Invalid input: expected boolean, received string"),
        ({"lastName": None}, "body/lastName Invalid input: expected string, received null"),
    ],
)
def test_wrong_fields_are_named(anonymous: httpx.Client, fields: dict[str, Any], message: str) -> None:
    response = anonymous.post("/authentication/sign-up", json=somebody(**fields))
    assert response.status_code == 400
    assert response.json() == {"statusCode": 400, "code": "FST_ERR_VALIDATION", "error": "Bad Request", "message": message}


def test_the_limit_of_attempts(start_server: StartServer) -> None:
    server = start_server(api_rate_limit_authn_max=2, api_rate_limit_authn_window="1 hour")
    with server.client() as client:
        wrong = {"email": "a@example.com", "password": "whatever1"}
        assert [client.post("/authentication/sign-in", json=wrong).status_code for _ in range(3)] == [401, 401, 429]
        blocked = client.post("/authentication/sign-in", json=wrong)
        assert blocked.json()["statusCode"] == 429
        assert int(blocked.headers["retry-after"]) > 3000
        other_address = client.post("/authentication/sign-in", json=wrong, headers={"x-real-ip": "192.0.2.7"})
        assert other_address.status_code == 401
        assert client.post("/authentication/sign-up", json=somebody()).status_code == 200


def test_a_new_password_ends_every_session(server: Server, member: Account) -> None:
    email = member.session["email"]
    unproven = member.client.post("/users/me", json={"newPassword": "An0ther-one"})
    assert unproven.status_code == 401
    changed = member.client.post("/users/me", json={"currentPassword": STRONG_PASSWORD, "newPassword": "An0ther-one", "firstName": "Eve"})
    assert (changed.status_code, changed.json()["firstName"]) == (200, "Eve")
    over = member.client.get("/users/me")
    assert over.status_code == 403
    assert over.json()["code"] == "SESSION_EXPIRED"
    with server.client() as client:
        assert client.post("/authentication/sign-in", json={"email": email, "password": STRONG_PASSWORD}).status_code == 401
        assert client.post("/authentication/sign-in", json={"email": email, "password": "An0ther-one"}).status_code == 200


def test_tokens_that_are_not_ours(server: Server, owner: Account) -> None:
    token = owner.session["token"]
    header, payload, signature = token.split(".")
    for forged in ("x", "a.b.c", f"{header}.{payload}.", f"{header}.{payload}.{signature[::-1]}", token + "x"):
        with server.client(forged) as client:
            response = client.get("/users/me")
            assert response.status_code == 401
            assert response.json()["code"] == "INVALID_BEARER_TOKEN"


def test_switching_to_a_platform(owner: Account) -> None:
    stay = owner.client.post("/authentication/switch-platform", json={"platformId": owner.session["platformId"]})
    assert stay.status_code == 200
    assert stay.json()["id"] == owner.session["id"]
    assert owner.client.post("/authentication/switch-platform", json={"platformId": "x" * 21}).status_code == 404
