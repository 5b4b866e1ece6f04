"""The interface's own description."""

from typing import Any

import httpx
import pytest

PUBLIC = {
    ("get", "/flags"),
    ("get", "/health"),
    ("get", "/files/{id}"),
    ("get", "/human-input/chat/{flowId}"),
    ("get", "/human-input/form/{flowId}"),
    ("get", "/pieces"),
    ("get", "/pieces/categories"),
    ("get", "/pieces/registry"),
    ("get", "/pieces/{name}"),
    ("get", "/pieces/{scope}/{name}"),
    ("get", "/pieces/{scope}/{name}/versions"),
    ("get", "/templates/categories"),
    ("get", "/templates/{id}"),
    ("post", "/authentication/sign-in"),
    ("post", "/authentication/sign-up"),
    ("post", "/user-invitations/accept"),
}
"""The operations that need no session; a file is opened by the token of its link, forms and chats are for everybody who knows their flow."""

CALLED_FROM_OUTSIDE = ("/webhooks/", "/app-events/", "/flow-runs/{id}/waitpoints/", "/flow-runs/{id}/requests/")
"""Below these everything is public: whoever knows the address may call it."""


COMMON_ANSWERS = {"400", "401", "403", "404", "409", "413", "429"}
"""What any operation of the REST API may answer."""

OWN_ANSWERS = {
    "/webhooks/": {"200", "400", "401", "404", "409", "410", "413"},
    "/app-events/": {"200", "400", "401", "404", "413"},
}
"""Webhooks and events of apps stand outside of the REST API and have answers of their own."""


@pytest.fixture
def document(anonymous: httpx.Client) -> dict[str, Any]:
    return anonymous.get("/openapi.json").json()


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, operation) for path, item in document["paths"].items() for method, operation in item.items()]


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert operation.get("summary"), (method, path)
        assert operation.get("description"), (method, path)
        expected = next((answers for prefix, answers in OWN_ANSWERS.items() if path.startswith(prefix)), COMMON_ANSWERS)
        assert expected <= set(operation["responses"]), (method, path)
        assert "422" not in operation["responses"], (method, path)


def test_what_is_called_from_outside_is_public(document: dict[str, Any]) -> None:
    outside = [(method, path, operation) for method, path, operation in operations(document) if path.startswith(CALLED_FROM_OUTSIDE)]
    assert {path for _, path, _ in outside if path.startswith("/webhooks/")} == {
        f"/webhooks/{{flowId}}{mode}" for mode in ("", "/sync", "/draft", "/draft/sync", "/test")
    }
    for method, path, operation in outside:
        assert "security" not in operation, (method, path)
        assert ("408" in operation["responses"]) == path.endswith("/sync"), (method, path)


def test_only_public_operations_need_no_token(anonymous: httpx.Client, document: dict[str, Any]) -> None:
    private = [(method, path) for method, path, _ in operations(document) if not path.startswith(CALLED_FROM_OUTSIDE)]
    secured = {(method, path) for method, path, operation in operations(document) if "security" in operation}
    assert set(private) - secured == PUBLIC
    for method, path in private:
        if (method, path) not in PUBLIC:
            response = anonymous.request(method.upper(), path.replace("{id}", "x" * 21), json={} if method == "post" else None)
            assert response.status_code in (400, 403), (method, path, response.text)


def test_the_documentation_is_served(anonymous: httpx.Client) -> None:
    assert "openapi.json" in anonymous.get("/docs").text
