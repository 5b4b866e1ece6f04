"""Invitations: made by an administrator, accepted by link, redeemed by signing up."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.e2e.recordings import assert_as_recorded
from tests.e2e.server_process import STRONG_PASSWORD, Account, Server, StartServer


@pytest.fixture(scope="module")
def closed_server(start_server: StartServer) -> Server:
    """A server where nobody signs up without an invitation."""
    return start_server(api_rate_limit_authn_enabled=False)


@pytest.fixture(scope="module")
def boss(closed_server: Server) -> Iterator[Account]:
    """Its administrator."""
    session = closed_server.sign_up("boss@example.com")
    with closed_server.client(session["token"]) as client:
        yield Account(session, client)


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["token"][0]


def test_an_invitation_to_the_platform(closed_server: Server, boss: Account) -> None:
    assert_as_recorded(boss.client.get("/user-invitations", params={"type": "PLATFORM"}), "misc", "user invitations", exactly=True)
    sent = boss.client.post("/user-invitations", json={"email": "New@example.com", "type": "PLATFORM", "platformRole": "OPERATOR"})
    assert sent.status_code == 201
    assert (sent.json()["email"], sent.json()["status"]) == ("new@example.com", "PENDING")
    person = {"email": "new@example.com", "password": STRONG_PASSWORD, "firstName": "N", "lastName": "W"}
    with closed_server.client() as client:
        assert client.post("/authentication/sign-up", json=person).json()["code"] == "INVITATION_ONLY_SIGN_UP"
        accepted = client.post("/user-invitations/accept", json={"invitationToken": token_of(sent.json()["link"])})
        assert accepted.json() == {"registered": False}
        signed_up = client.post("/authentication/sign-up", json=person)
    assert signed_up.status_code == 200
    assert signed_up.json()["platformRole"] == "OPERATOR"
    assert signed_up.json()["platformId"] == boss.session["platformId"]
    assert boss.client.get("/user-invitations", params={"type": "PLATFORM"}).json()["data"] == []


def test_an_invitation_to_a_project(closed_server: Server, boss: Account) -> None:
    invitation = {"email": "team@example.com", "type": "PROJECT", "projectId": boss.project_id, "projectRole": "Editor"}
    link = boss.client.post("/user-invitations", json=invitation).json()["link"]
    with closed_server.client() as client:
        client.post("/user-invitations/accept", json={"invitationToken": token_of(link)})
    member = closed_server.sign_up("team@example.com")
    with closed_server.client(member["token"]) as client:
        assert member["platformRole"] == "MEMBER"
        assert {project["id"] for project in client.get("/projects").json()["data"]} == {member["projectId"], boss.project_id}
        assert client.get("/folders", params={"projectId": boss.project_id}).status_code == 200
        assert client.get("/user-invitations", params={"type": "PROJECT", "projectId": boss.project_id}).status_code == 200
        assert client.get("/user-invitations", params={"type": "PLATFORM"}).status_code == 403


def test_an_invitation_is_taken_back(closed_server: Server, boss: Account) -> None:
    invitation = {"email": "late@example.com", "type": "PLATFORM", "platformRole": "MEMBER"}
    first = boss.client.post("/user-invitations", json=invitation).json()
    second = boss.client.post("/user-invitations", json=invitation).json()
    assert second["id"] == first["id"]
    assert boss.client.delete(f"/user-invitations/{first['id']}").status_code == 204
    assert boss.client.delete(f"/user-invitations/{first['id']}").status_code == 404
    with closed_server.client() as client:
        assert client.post("/user-invitations/accept", json={"invitationToken": token_of(first["link"])}).status_code == 404
        session_token = client.post("/user-invitations/accept", json={"invitationToken": boss.session["token"]})
        assert session_token.json()["code"] == "INVALID_OR_EXPIRED_JWT_TOKEN"


@pytest.mark.parametrize("invitation", [{"type": "PLATFORM"}, {"type": "PROJECT", "projectRole": "Editor"}, {"type": "PROJECT"}])
def test_parts_that_do_not_fit_together(boss: Account, invitation: dict[str, str]) -> None:
    response = boss.client.post("/user-invitations", json={"email": "a@example.com"} | invitation)
    assert (response.status_code, response.json()["code"]) == (409, "VALIDATION")
