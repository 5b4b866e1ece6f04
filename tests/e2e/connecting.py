"""Servers that have the piece `acme`, and connections for it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.e2e.authorization_server import Service
from tests.e2e.server_process import Account

ACME = "@activepieces/piece-acme"
ACME_VERSION = "1.2.0"


@contextmanager
def acme_installed(folder: Path) -> Iterator[None]:
    """Servers that are started meanwhile find the piece `acme`, as a package that was installed."""
    information = folder / "acme_piece-1.2.0.dist-info"
    information.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("acme_piece.py"), folder)
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-piece\nVersion: 1.2.0\n")
    (information / "entry_points.txt").write_text("[piecework.pieces]\nacme = acme_piece:piece\n")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(folder), *([before] if before else [])])
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def upsert(account: Account, external_id: str, value: dict[str, Any], piece: str = ACME, **fields: Any) -> httpx.Response:
    """Sets a connection."""
    body = {
        "externalId": external_id,
        "displayName": external_id,
        "pieceName": piece,
        "projectId": account.project_id,
        "type": value["type"],
        "value": value,
    }
    return account.client.post("/app-connections", json=body | fields)


def connected(account: Account, external_id: str, value: dict[str, Any], piece: str = ACME, **fields: Any) -> dict[str, Any]:
    """A connection that was set."""
    response = upsert(account, external_id, value, piece, **fields)
    assert response.status_code == 201, response.text
    return response.json()


def consent(account: Account, service: Service, redirect_url: str = "http://localhost:8080/redirect") -> dict[str, Any]:
    """Goes through the consent page, as a browser does, and returns the value to claim."""
    request = {
        "pieceName": ACME,
        "projectId": account.project_id,
        "clientId": service.application.client_id,
        "redirectUrl": redirect_url,
        "props": {"base": service.url},
    }
    page = account.client.post("/app-connections/oauth2/authorization-url", json=request)
    assert page.status_code == 200, page.text
    answer = httpx.get(page.json()["authorizationUrl"], trust_env=False)
    assert answer.status_code == 302, answer.text
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == [page.json()["state"]]
    return {
        "type": "OAUTH2",
        "client_id": service.application.client_id,
        "client_secret": service.application.client_secret,
        "code": told["code"][0],
        "code_challenge": page.json()["codeVerifier"],
        "redirect_url": redirect_url,
        "scope": "read write",
        "props": {"base": service.url},
    }


def shown(account: Account, connection_id: str) -> dict[str, Any]:
    """A connection as it is shown by itself."""
    response = account.client.get(f"/app-connections/{connection_id}")
    assert response.status_code == 200, response.text
    return response.json()
