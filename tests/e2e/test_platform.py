"""Users, platform, projects, flags and health, beside recordings/platform.json."""

from collections.abc import Callable

import httpx
from tests.e2e.recordings import assert_as_recorded, recorded
from tests.e2e.server_process import Account, Server


def test_users(owner: Account, member: Account) -> None:
    assert_as_recorded(owner.client.get("/users"), "platform", "users of the platform")
    me = member.client.get("/users/me")
    assert me.status_code == 200
    assert me.json()["email"] == member.session["email"]
    assert "password" not in me.text


def test_an_administrator_changes_and_deletes_users(server: Server, owner: Account, make_member: Callable[[], Account]) -> None:
    member = make_member()
    path = f"/users/{member.session['id']}"
    assert make_member().client.post(path, json={"status": "INACTIVE"}).status_code == 403
    assert make_member().client.delete(path).status_code == 403

    changed = owner.client.post(path, json={"status": "INACTIVE", "externalId": "e-1"})
    assert changed.status_code == 200
    assert (changed.json()["status"], changed.json()["externalId"]) == ("INACTIVE", "e-1")
    assert [user["id"] for user in owner.client.get("/users", params={"externalId": "e-1"}).json()["data"]] == [member.session["id"]]
    assert member.client.get("/users/me").json()["code"] == "SESSION_EXPIRED"

    owner.client.post(path, json={"status": "ACTIVE", "platformRole": "ADMIN"})
    assert member.client.get("/health/system").status_code == 200
    assert owner.client.post(path, json={"platformRole": "BOSS"}).json()["message"] == (
        'body/platformRole Invalid option: expected one of "ADMIN"|"MEMBER"|"OPERATOR"'
    )
    assert owner.client.delete(path).status_code == 204
    assert owner.client.delete(path).status_code == 404
    assert member.client.get("/users/me").status_code == 403


def test_an_administrator_stays(owner: Account) -> None:
    path = f"/users/{owner.session['id']}"
    for changes in ({"status": "INACTIVE"}, {"platformRole": "MEMBER"}):
        assert owner.client.post(path, json=changes).json()["code"] == "VALIDATION"
    assert owner.client.delete(path).status_code == 409


def test_projects(owner: Account, member: Account) -> None:
    assert_as_recorded(owner.client.get("/projects"), "platform", "projects")
    assert_as_recorded(owner.client.get(f"/projects/{owner.project_id}"), "platform", "one project")
    assert [project["id"] for project in member.client.get("/projects").json()["data"]] == [member.project_id]
    assert member.client.get(f"/projects/{owner.project_id}").status_code == 403
    named = member.client.post(f"/projects/{member.project_id}", json={"displayName": "Workshop", "icon": {"color": "CYAN"}})
    assert (named.json()["displayName"], named.json()["icon"]) == ("Workshop", {"color": "CYAN"})
    assert member.client.delete(f"/projects/{member.project_id}").status_code == 403
    assert owner.client.delete(f"/projects/{owner.project_id}").status_code == 409


def test_team_projects(owner: Account, member: Account) -> None:
    assert member.client.post("/projects", json={"displayName": "No"}).status_code == 403
    request = {"displayName": "Team", "externalId": f"team-{member.project_id}", "metadata": {"a": [1]}}
    created = owner.client.post("/projects", json=request)
    assert created.status_code == 201
    assert (created.json()["type"], created.json()["metadata"]) == ("TEAM", {"a": [1]})
    twice = owner.client.post("/projects", json=request)
    assert (twice.status_code, twice.json()["code"]) == (409, "PROJECT_EXTERNAL_ID_ALREADY_EXISTS")
    found = owner.client.get("/projects", params={"displayName": "TEA", "types": "TEAM", "externalId": request["externalId"]}).json()
    assert [project["id"] for project in found["data"]] == [created.json()["id"]]

    folder = owner.client.post("/folders", json={"displayName": "f", "projectId": created.json()["id"]}).json()
    assert owner.client.delete(f"/projects/{created.json()['id']}").status_code == 204
    assert owner.client.get(f"/projects/{created.json()['id']}").status_code == 403
    assert owner.client.get(f"/folders/{folder['id']}").status_code == 404


def test_platform(owner: Account, member: Account) -> None:
    path = f"/platforms/{owner.session['platformId']}"
    assert_as_recorded(member.client.get(path), "platform", "platform")
    assert member.client.post(path, json={"name": "Mine"}).status_code == 403
    changed = owner.client.post(path, json={"name": "Acme", "primaryColor": "#112233", "pinnedPieces": ["p"]})
    assert (changed.json()["name"], changed.json()["pinnedPieces"]) == ("Acme", ["p"])
    theme = owner.client.get("/flags").json()["THEME"]
    assert (theme["websiteName"], theme["colors"]["primary"]["default"]) == ("Acme", "#112233")
    assert owner.client.get(f"/platforms/{'x' * 21}").status_code == 403


def test_flags_are_for_everybody(anonymous: httpx.Client) -> None:
    response = anonymous.get("/flags")
    assert response.status_code == 200
    flags, theirs = response.json(), recorded("platform", "flags")["response"]
    assert theirs.keys() - flags.keys() == set()
    assert flags["THEME"].keys() == theirs["THEME"].keys()
    assert flags["USER_CREATED"] is True
    assert flags["OPEN_SIGN_UP_ENABLED"] is True


def test_health(anonymous: httpx.Client, owner: Account, member: Account) -> None:
    assert_as_recorded(anonymous.get("/health"), "platform", "health", exactly=True)
    assert set(owner.client.get("/health/system").json()) == {"cpu", "disk", "ram"}
    assert member.client.get("/health/system").status_code == 403


def test_unknown_route(anonymous: httpx.Client) -> None:
    assert_as_recorded(anonymous.get("/nope"), "platform", "unknown route", exactly=True)
