"""A few published pieces of each generation, installed by `piecework pieces sweep` and looked at one by one in the host.

All 73 of the list are swept by hand (docs/howto/npm-pieces.md); that takes minutes.
"""

import hashlib
import hmac
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from piecework.runner.npm import NpmPiece, NpmRuntime
from piecework.runner.npm.operations import Package
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import NpmHost
from piecework.sdk import PieceError
from piecework.sdk.context import AppListener
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryStore, run_action, run_trigger
from piecework.server.bootstrap.execution import PIECES_FOLDER

GENERATIONS = {"hackernews": ("0.2.0", None), "schedule": ("0.1.5", None), "data-mapper": ("0.3.15", "1"), "slack": ("0.17.9", "2")}
"""By name: the version, and which contexts it was made for."""
SLACK = "@activepieces/piece-slack"
SECRET = "signing"
TEAM = {"type": "OAUTH2", "access_token": "xoxb-1", "data": {"team_id": "T1"}}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The data folder, and what the command printed."""
    folder = tmp_path_factory.mktemp("sweep")
    wish = folder / "pieces.txt"
    wish.write_text("".join(f"@activepieces/piece-{name}@{version}\n" for name, (version, _) in GENERATIONS.items()))
    command = [sys.executable, "-m", "piecework.server", "pieces", "sweep", "--json", "--from", str(wish), "--data-dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stderr + done.stdout
    return folder, json.loads(done.stdout)


@pytest.fixture
async def pieces(swept: tuple[Path, dict[str, Any]]) -> AsyncIterator[dict[str, NpmPiece]]:
    """The installed pieces by their names."""
    folders = PieceFolders(swept[0] / PIECES_FOLDER)
    host = NpmHost(folders.root)
    runtime = NpmRuntime(host, {SLACK: SECRET})
    installed = {each.name: each for each in folders.all()}
    yield {name: NpmPiece(each, folders, Package(name, folders.folder(name, each.version), runtime)) for name, each in installed.items()}
    await host.close()


def test_the_sweep_counts(swept: tuple[Path, dict[str, Any]]) -> None:
    report = swept[1]
    assert (report["installed"], report["described"], report["failed"]) == (4, 4, [])
    assert (report["actions"], report["triggers"]) == (74, 20)


async def test_generations(pieces: dict[str, NpmPiece]) -> None:
    found = {name: pieces[f"@activepieces/piece-{name}"].describe()["contextInfo"].get("version") for name in GENERATIONS}
    assert found == {name: context for name, (_, context) in GENERATIONS.items()}
    mapper = pieces["@activepieces/piece-data-mapper"]
    assert await run_action(mapper, "advanced_mapping", {"mapping": {"n": 1}}) == {"n": 1}
    schedule, context = pieces["@activepieces/piece-schedule"], FakeTriggerContext()
    await schedule.triggers["every_hour"].on_enable(context, {"run_on_weekends": True})
    assert context.schedule is not None
    assert await run_trigger(schedule, "every_hour", {"run_on_weekends": False}) == [{"cron_expression": "0 * * * 1-5", "timezone": "UTC"}]


def signed(body: dict[str, Any], secret: str = SECRET) -> dict[str, Any]:
    """A call as Slack makes it."""
    text = json.dumps(body)
    signature = hmac.new(secret.encode(), f"v0:1700000000:{text}".encode(), hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-slack-request-timestamp": "1700000000", "x-slack-signature": f"v0={signature}"}
    return {"method": "POST", "headers": headers, "body": body, "rawBody": text, "queryParams": {}}


async def test_events_of_an_app(pieces: dict[str, NpmPiece]) -> None:
    """What Slack's calls mean, whose they are, and that forged ones start nothing."""
    slack, server = pieces[SLACK], {"apiUrl": "http://a.test/api/", "publicUrl": "http://p.test/api/"}
    assert slack.takes_events
    assert not pieces["@activepieces/piece-data-mapper"].takes_events
    assert await slack.parse_event(signed({"challenge": "c", "type": "url_verification"}), server) == {
        "reply": {"body": "c", "headers": {}}
    }
    event = {"team_id": "T1", "event": {"type": "message", "text": "hello", "channel": "C1", "channel_type": "channel", "user": "U1"}}
    assert await slack.parse_event(signed(event), server) == {"event": "message", "identifierValue": "T1"}
    submitted = {"type": "view_submission", "team": {"id": "T1"}}
    form = {"headers": {"content-type": "application/x-www-form-urlencoded"}, "body": {"payload": json.dumps(submitted)}}
    assert await slack.parse_event(form, server) == {"event": "view_submission", "identifierValue": "T1"}
    store = MemoryStore()
    context = FakeTriggerContext(payload=signed(event), auth=TEAM, store=store)
    trigger = slack.triggers["new-message"]
    await trigger.on_enable(context, {"ignoreBots": False, "auth": TEAM})
    assert context.listeners == [AppListener(("message",), "T1")]
    assert await run_trigger(slack, "new-message", {"ignoreBots": False, "auth": TEAM}, context) == [event["event"]]
    forged = FakeTriggerContext(payload=signed(event, "another"), auth=TEAM, store=store)
    with pytest.raises(PieceError, match="not signed"):
        await run_trigger(slack, "new-message", {"ignoreBots": False, "auth": TEAM}, forged)


async def test_options_without_a_connection(pieces: dict[str, NpmPiece]) -> None:
    answer = await pieces[SLACK].options("send_channel_message", "channel", FakeContext(), {})
    assert answer["options"] == {"disabled": True, "placeholder": "connect slack account", "options": []}
