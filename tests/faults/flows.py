"""Small flows for the fault tests, and looking at their runs in the file, which works without a server too."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.e2e.server_process import Server
from tests.patience import PATIENCE_SECONDS


def publish_steps(server: Server, session: dict[str, Any], first: dict[str, Any]) -> str:
    """A published flow: webhook, then these steps. Gives its id."""
    settings = {
        "pieceName": "@activepieces/piece-webhook",
        "pieceVersion": "0.1.33",
        "triggerName": "catch_webhook",
        "input": {"authType": "none", "authFields": {}},
        "propertySettings": {},
    }
    trigger = {"name": "trigger", "type": "PIECE_TRIGGER", "displayName": "W", "valid": True, "settings": settings, "nextAction": first}
    request = {"displayName": "F", "schemaVersion": "20", "notes": [], "trigger": trigger}
    with server.client(session["token"]) as client:
        flow = client.post("/flows", json={"displayName": "F", "projectId": session["projectId"]}).raise_for_status().json()
        for operation in ({"type": "IMPORT_FLOW", "request": request}, {"type": "LOCK_AND_PUBLISH", "request": {}}):
            client.post(f"/flows/{flow['id']}", json=operation).raise_for_status()
    return flow["id"]


def action(piece: str, version: str, name: str, **inputs: Any) -> dict[str, Any]:
    settings = {"pieceName": f"@activepieces/piece-{piece}", "pieceVersion": version, "actionName": name, "input": inputs}
    settings["propertySettings"] = {}
    return {"name": "step", "type": "PIECE", "displayName": "step", "valid": True, "settings": settings}


def statuses(data: Path) -> Counter[str]:
    connection = sqlite3.connect(data / "piecework.db", timeout=30)
    try:
        return Counter(dict(connection.execute("SELECT status, count(*) FROM flow_run GROUP BY status").fetchall()))
    finally:
        connection.close()


def wait_for(data: Path, wanted: dict[str, int], seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while (found := statuses(data)) != Counter(wanted):
        assert time.monotonic() < deadline, (found, wanted)
        time.sleep(0.1)
