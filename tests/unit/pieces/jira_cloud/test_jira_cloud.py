"""Against calls and answers of Jira's documentation (developer.atlassian.com/cloud/jira/platform/rest/v3)."""

from typing import Any

import pytest
from tests.unit.pieces.recorded import Enabled, act, choose, exchange

from piecework.pieces.jira_cloud import piece
from piecework.sdk import AuthCheck, CustomAuthValue, PieceError
from piecework.sdk.recording import RecordedHttp
from piecework.sdk.testing import TEST_SERVER

API = "https://me.atlassian.net/rest/api/3"
AUTH = CustomAuthValue({"instanceUrl": "https://me.atlassian.net/", "email": "ada@example.com", "apiToken": "t"})
HEADERS = {"Authorization": "Basic YWRhQGV4YW1wbGUuY29tOnQ=", "Accept": "application/json"}
ISSUE = {"id": "10", "key": "P-1", "fields": {"summary": "Paint", "customfield_1": 3}}
HERE = {"projectId": "1", "issueId": "10"}
PARAGRAPH = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Red"}]}]}
FIELDS = [
    {"key": "summary", "name": "Summary", "required": True, "schema": {"type": "string"}},
    {"key": "description", "name": "Description", "schema": {"type": "string"}},
    {"key": "labels", "name": "Labels", "schema": {"type": "array", "items": "string"}},
    {"key": "priority", "name": "Priority", "schema": {"type": "priority"}, "allowedValues": [{"id": "2", "name": "High"}]},
    {"key": "assignee", "name": "Assignee", "schema": {"type": "user"}},
    {"key": "duedate", "name": "Due", "schema": {"type": "date"}},
    {"key": "customfield_1", "name": "Points", "schema": {"type": "number", "custom": "x:float"}},
    {
        "key": "components",
        "name": "Components",
        "schema": {"type": "array", "items": "component"},
        "allowedValues": [{"id": "7", "name": "UI"}],
    },
    {"key": "project", "name": "Project", "schema": {"type": "project"}},
    {"key": "odd", "name": "Odd", "schema": {"type": "sd-feedback"}},
]


def call(method: str, path: str, body: Any = None, status: int = 200, **sent: Any) -> Any:
    return exchange(method, f"{API}{path}", body, status, headers=HEADERS, **sent)


def page(path: str, **body: Any) -> Any:
    return call("GET", path, body, params={"startAt": 0, "maxResults": 100})


META = page("/issue/createmeta/1/issuetypes/3", fields=FIELDS, total=len(FIELDS))


def test_an_issue_is_filed() -> None:
    given = {
        "summary": "Paint", "description": "Red", "labels": ["a"], "priority": "2", "assignee": "acc", "duedate": "2026-02-01T00:00:00.000Z",
        "customfield_1": "3", "components": ["7"], "odd": "",
    }  # fmt: skip
    wanted = {
        "issuetype": {"id": "3"}, "project": {"id": "1"}, "summary": "Paint", "description": PARAGRAPH, "labels": ["a"],
        "priority": {"id": "2"}, "assignee": {"accountId": "acc"}, "duedate": "2026-02-01", "customfield_1": 3.0, "components": [{"id": "7"}],
    }  # fmt: skip
    made = call("POST", "/issue", {"id": "10", "key": "P-1"}, 201, json={"fields": wanted})
    form = {"projectId": "1", "issueTypeId": "3", "issueFields": given}
    output = act(piece, "create_issue", form, META, made, call("GET", "/issue/10", ISSUE), auth=AUTH)
    assert output["fields"] == {"summary": "Paint", "Points": 3}
    with pytest.raises(PieceError, match=r"issueFields\.customfield_1: "):
        act(piece, "create_issue", {**form, "issueFields": {"customfield_1": "many"}}, META, auth=AUTH)
    with pytest.raises(PieceError, match=r"issueFields\.description: "):
        act(piece, "create_issue", {**form, "issueFields": {"description": "{"}, "adfFields": ["description"]}, META, auth=AUTH)


def test_the_form_of_an_issue() -> None:
    accounts = [
        {"accountId": "acc", "displayName": "Ada", "accountType": "atlassian"},
        {"accountId": "bot", "displayName": "B", "accountType": "app"},
    ]
    people = call("GET", "/users/search", accounts, params={"maxResults": 1000})
    form = choose(piece, "create_issue", "issueFields", META, people, auth=AUTH, projectId="1", issueTypeId="3")
    assert {name: field["type"] for name, field in form.items()} == {
        "summary": "LONG_TEXT", "description": "LONG_TEXT", "labels": "ARRAY", "priority": "STATIC_DROPDOWN", "assignee": "STATIC_DROPDOWN",
        "duedate": "DATE_TIME", "customfield_1": "NUMBER", "components": "STATIC_MULTI_SELECT_DROPDOWN",
    }  # fmt: skip
    assert form["summary"]["required"] is True
    assert form["assignee"]["options"]["options"] == [{"label": "Ada", "value": "acc"}]
    documents = choose(piece, "create_issue", "adfFields", META, auth=AUTH, projectId="1", issueTypeId="3")
    assert [option["value"] for option in documents["options"]] == ["description"]


def test_issues_are_assigned_commented_and_moved() -> None:
    act(
        piece,
        "assign_issue",
        {**HERE, "assignee": "acc"},
        call("PUT", "/issue/10/assignee", status=204, json={"accountId": "acc"}),
        auth=AUTH,
    )
    said = call("POST", "/issue/10/comment", {"id": "5"}, 201, json={"body": PARAGRAPH})
    assert act(piece, "add_issue_comment", {**HERE, "comment": "Red"}, said, auth=AUTH) == {"id": "5"}
    said = call("POST", "/issue/10/comment", {"id": "6"}, 201, json={"body": {"type": "doc"}})
    act(piece, "add_issue_comment", {**HERE, "comment": '{"type": "doc"}', "isADF": True}, said, auth=AUTH)
    moved = call("POST", "/issue/10/transitions", status=204, json={"transition": {"id": "31"}})
    output = act(piece, "transition_issue", {**HERE, "transitionId": "31"}, moved, call("GET", "/issue/10", ISSUE), auth=AUTH)
    assert output == {"success": True, "issue": ISSUE}
    choices = call("GET", "/issue/10/transitions", {"transitions": [{"id": "31", "name": "Done"}]})
    assert choose(piece, "transition_issue", "transitionId", choices, auth=AUTH, issueId="10")["options"] == [
        {"label": "Done", "value": "31"}
    ]


def search(jql: str, found: dict[str, Any], **more: Any) -> Any:
    return call("POST", "/search/jql", found, json={"jql": jql, "maxResults": 100, "fields": ["*navigable"], **more})


def test_searching_page_by_page() -> None:
    clean = call("POST", "/jql/sanitize", {"queries": [{"sanitizedQuery": "project = 1"}]}, json={"queries": [{"query": "project = X"}]})
    first = search("project = 1", {"issues": [ISSUE] * 100, "nextPageToken": "n", "names": {"summary": "Summary"}}, expand="names")
    second = search("project = 1", {"issues": [ISSUE]}, maxResults=20, nextPageToken="n", expand="names")
    found = act(piece, "search_issues", {"jql": "project = X", "maxResults": 120, "mapNames": True}, clean, first, second, auth=AUTH)
    assert len(found) == 101
    assert found[0]["fields"] == {"Summary": "Paint", "customfield_1": 3}


def test_an_issue_with_names() -> None:
    answer = {**ISSUE, "names": {"customfield_1": "Points"}, "transitions": [{"id": "31", "name": "Done"}]}
    asked = call("GET", "/issue/10", answer, params={"expand": "transitions,names"})
    form = {**HERE, "expand": ["transitions"], "mapNames": True, "mapTransitions": True}
    output = act(piece, "get_issue", form, asked, auth=AUTH)
    assert output["fields"] == {"summary": "Paint", "Points": 3}
    assert output["transitions"] == {"Done": {"id": "31", "name": "Done"}}


def test_new_issues() -> None:
    trigger = Enabled(piece, "new_issue", {"jql": "type = Bug ORDER BY key", "sanitizeJql": False}, auth=AUTH)

    def issue(day: int) -> dict[str, Any]:
        return {"id": str(day), "fields": {"created": f"2026-01-0{day}T12:00:00.000+0100"}}

    def newest(*days: int) -> Any:
        return search("(type = Bug) AND created >= -7d ORDER BY created DESC", {"issues": [*map(issue, days)]}, fields=["*all"])

    trigger.enable(newest(1))
    assert trigger.poll(newest(3, 2, 1)) == [issue(2), issue(3)]
    assert trigger.poll(newest(3, 2)) == []


def test_choices() -> None:
    projects = page("/project/search", values=[{"id": "1", "name": "Home"}], isLast=True)
    assert choose(piece, "create_issue", "projectId", projects, auth=AUTH)["options"] == [{"label": "Home", "value": "1"}]
    issues = search('project = "1" ORDER BY created DESC', {"issues": [ISSUE]}, fields=["summary"])
    assert choose(piece, "get_issue", "issueId", issues, auth=AUTH, projectId='1"')["options"] == [{"label": "[P-1] Paint", "value": "10"}]
    types = page("/issue/createmeta/1/issuetypes", issueTypes=[{"id": "3", "name": "Task"}], total=1)
    assert choose(piece, "create_issue", "issueTypeId", types, auth=AUTH, projectId="1")["options"] == [{"label": "Task", "value": "3"}]


async def tried(status: int, instance: str = "https://me.atlassian.net") -> str | None:
    http = RecordedHttp([call("GET", "/myself", {}, status)])
    return await piece.auths[0].check(AuthCheck(CustomAuthValue({**AUTH.props, "instanceUrl": instance}), http, TEST_SERVER))


async def test_connections_are_tried() -> None:
    assert await tried(200) is None
    assert await tried(401)
    assert "instanceUrl: " in (await tried(200, "http://me.atlassian.net") or "")
