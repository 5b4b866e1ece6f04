"""Pieces from npm behind the SDK's classes: what they are given, and what becomes of what they ask."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.npm_packages import archives

from piecework.runner.catalogue import Catalogue
from piecework.runner.npm import NpmPiece, NpmRuntime
from piecework.runner.npm.operations import Package
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.install import Installer
from piecework.sdk import CronSchedule, DelayPause, InvalidInput, LoadedFile, Piece, PieceError, WebhookPause
from piecework.sdk.context import AppListener, Response
from piecework.sdk.errors import HttpFailed, UnknownProperty
from piecework.sdk.testing import FakeContext, FakeTriggerContext, MemoryConnections, MemoryFlows, MemoryStore, run_action, run_trigger
from piecework.spec.piece import TriggerStrategy

SECRET = {"type": "SECRET_TEXT", "secret_text": "s3cret"}
CUSTOM = {"type": "CUSTOM_AUTH", "props": {"host": "here"}}


class Installation:
    """Pieces that are installed, and the host that runs them."""

    def __init__(self, root: Path) -> None:
        self.folders = PieceFolders(root)
        self.folders.prepare()
        self.host = NpmHost(self.folders.root)
        self.runtime = NpmRuntime(self.host, {"@local/piece-modern": "signed"})

    async def piece(self, spec: str) -> NpmPiece:
        name, _, version = spec.rpartition("@")
        installed = await Installer(self.folders, self.host).install_archive(name, version, archives()[spec])
        return NpmPiece(installed, self.folders, Package(name, self.folders.folder(name, version), self.runtime))


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Installation]:
    installation = Installation(tmp_path / "pieces")
    yield installation
    await installation.host.close()


@pytest.fixture
async def modern(installation: Installation) -> NpmPiece:
    return await installation.piece("@local/piece-modern@1.2.0")


@pytest.fixture
async def early(installation: Installation) -> NpmPiece:
    return await installation.piece("@local/piece-early@0.2.0")


async def test_metadata(modern: NpmPiece, early: NpmPiece) -> None:
    wire = modern.describe()
    assert (wire["name"], wire["version"], wire["displayName"]) == ("@local/piece-modern", "1.2.0", "Modern")
    assert (wire["pieceType"], wire["packageType"], wire["contextInfo"]) == ("CUSTOM", "ARCHIVE", {"version": "2"})
    assert [auth["type"] for auth in wire["auth"]] == ["SECRET_TEXT", "CUSTOM_AUTH"]
    assert wire["actions"]["echo"]["props"] == {"value": {"type": "JSON", "displayName": "Value", "required": False}}
    assert wire["triggers"]["hears"]["handshakeConfiguration"] == {"strategy": "BODY_PARAM_PRESENT", "paramName": "challenge"}
    assert modern.summary()["actions"] == len(wire["actions"])
    assert early.describe()["contextInfo"] == {}
    assert early.describe()["actions"]["greet"]["props"]["authentication"]["type"] == "SECRET_TEXT"


async def test_an_action_gets_what_the_wire_promises(modern: NpmPiece) -> None:
    seen = await run_action(modern, "context", {"amount": "5", "note": "", "unknown": [1], "nothing": None, "auth": SECRET})
    assert seen["props"] == {"amount": 5, "unknown": [1], "nothing": None, "auth": SECRET, "note": ""}
    assert seen["auth"] == SECRET
    assert (seen["step"], seen["project"], seen["run"], seen["type"], seen["resumed"]) == (
        {"name": "step_1"},
        "project1",
        "run1",
        "BEGIN",
        None,
    )
    assert seen["flow"] == {"id": "flow1", "version": {"id": "version1"}}
    assert seen["server"]["apiUrl"].endswith("/")
    assert "generateResumeUrl" not in seen["keys"]
    assert "pause" not in seen["runKeys"]
    assert "resumePayload" not in seen["keys"]
    assert await run_action(modern, "context", {"amount": 1}, FakeContext(test=True)) == "tried"
    with pytest.raises(InvalidInput) as caught:
        await run_action(modern, "context", {"amount": "five"})
    assert caught.value.problems[0].property == "amount"
    assert not modern.actions["context"].pure


async def test_generations_get_connections_each_in_its_own_way(installation: Installation, early: NpmPiece) -> None:
    assert await run_action(early, "greet", {"authentication": SECRET, "name": 7}) == "s3cret greets 7"
    assert await run_action(early, "greet", {"authentication": "typed in", "name": "b"}) == "typed in greets b"
    modern = await installation.piece("@local/piece-modern@1.2.0")
    context = FakeContext(connections=MemoryConnections({"custom": CUSTOM}))
    assert await run_action(modern, "connects", {"name": "custom"}, context) == CUSTOM
    assert context.run.tags == ["connection:custom"]
    with pytest.raises(PieceError, match="'nope' does not exist"):
        await run_action(modern, "connects", {"name": "nope"}, context)


async def test_the_store(modern: NpmPiece) -> None:
    store = MemoryStore()
    for scope in ("FLOW", "COLLECTION", None):
        result = await run_action(modern, "remembers", {"scope": scope}, FakeContext(store=store))
        assert result == {"before": None, "put": {"n": 1}, "after": {"n": 1}, "deleted": None}


async def test_files(modern: NpmPiece) -> None:
    context = FakeContext()
    given = {"file": "data:text/plain;base64,aGVsbG8=", "list": [{"file": "data:text/plain,one"}, {"file": "data:text/plain,two"}]}
    result = await run_action(modern, "file", given, context)
    assert (result["extension"], result["size"], result["base64"], result["list"]) == ("txt", 5, "aGVsbG8=", ["one", "two"])
    copy = await context.files.read(result["url"])
    assert (copy.filename, copy.data) == (f"copy of {result['name']}", b"hello")
    assert await run_action(modern, "streams", {"file": "data:text/plain,12345678"}) == 8
    large = LoadedFile("large.bin", bytes(3_000_000), "bin")
    assert await modern.actions["streams"].invoke(FakeContext(), {"file": large}) == 3_000_000


async def test_flows(modern: NpmPiece) -> None:
    assert await run_action(modern, "lists", {}) == {"data": [], "next": None, "previous": None}
    known = [{"id": "f", "externalId": "a"}, {"id": "g", "externalId": "b"}]
    assert (await run_action(modern, "lists", {}, FakeContext(flows=MemoryFlows(known))))["data"] == known[:1]


async def test_hooks_are_recorded(modern: NpmPiece) -> None:
    context = FakeContext()
    assert await run_action(modern, "stops", {}, context) == "s"
    assert (context.run.outcome.kind, context.run.outcome.response) == ("stopped", Response(201, {"a": 1}, {"x-a": "b"}))
    context = FakeContext()
    await run_action(modern, "responds", {}, context)
    assert (context.run.outcome.kind, context.run.outcome.response) == ("respond", Response())
    context = FakeContext()
    assert await run_action(modern, "tags", {}, context) is True
    assert (context.run.tags, context.run.outcome.kind) == (["blue"], "none")


async def test_waitpoints(modern: NpmPiece) -> None:
    context = FakeContext()
    links = await run_action(modern, "waits", {}, context)
    assert context.run.outcome.pause == WebhookPause(Response(body="wait"))
    assert links == {
        "id": "waitpoint1",
        "plain": context.run.resume_url(),
        "built": context.run.resume_url({"a": "b c"}, sync=True),
    }
    resumed = {"body": {"yes": True}, "headers": {}, "queryParams": {}}
    assert await run_action(modern, "waits", {}, FakeContext(execution_type="RESUME", resume_payload=resumed)) == resumed
    for text in ("2026-11-22T00:10:56.000Z", "Sun, 22 Nov 2026 00:10:56 GMT"):
        context = FakeContext()
        await run_action(modern, "sleeps", {"until": text}, context)
        assert context.run.outcome.pause == DelayPause(datetime(2026, 11, 22, 0, 10, 56, tzinfo=UTC))
    with pytest.raises(PieceError, match="Invalid time value"):
        await run_action(modern, "sleeps", {"until": "soon"})


async def test_errors(modern: NpmPiece) -> None:
    with pytest.raises(PieceError, match="does not fit"):
        await run_action(modern, "throws", {})
    with pytest.raises(HttpFailed) as caught:
        await run_action(modern, "httpError", {})
    assert caught.value.status == 422


async def test_polling(modern: NpmPiece) -> None:
    trigger, context = modern.triggers["polls"], FakeTriggerContext()
    assert (trigger.strategy, trigger.is_scheduled, trigger.schedules_itself) == (TriggerStrategy.POLLING, True, True)
    await trigger.on_enable(context, {})
    assert context.schedule == CronSchedule("*/7 * * * *", "UTC")
    assert await run_trigger(modern, "polls", {}, context) == [{"id": 1}, {"id": 2}]
    assert await run_trigger(modern, "polls", {}, context) == [{"id": 3}, {"id": 4}]
    assert await trigger.test(context, {}) == [{"id": "sample"}]
    await trigger.on_disable(context, {})
    assert await context.store.get("last") is None
    with pytest.raises(PieceError, match="must return a list"):
        await run_trigger(modern, "confused", {})


async def test_webhooks(modern: NpmPiece) -> None:
    trigger, store = modern.triggers["hears"], MemoryStore()
    call = {"body": {"challenge": "abc"}, "headers": {}, "queryParams": {}, "method": "POST", "rawBody": ""}
    context = FakeTriggerContext(payload=call, store=store)
    await trigger.on_enable(context, {})
    assert context.schedule is None
    output = await run_trigger(modern, "hears", {"greeting": "hi"}, context)
    assert output == [{"said": "hi", "body": {"challenge": "abc"}, "url": context.webhook_url}]
    assert trigger.handshake.param == "challenge"
    assert trigger.hooks.on_handshake is not None
    shaken = await trigger.hooks.on_handshake(context, {})
    assert shaken == {"status": 202, "body": {"token": "abc"}, "headers": {"x-shaken": "yes"}}
    assert trigger.hooks.on_renew is not None
    await trigger.hooks.on_renew(context, {})
    assert await store.get("renewed") is True
    assert trigger.hooks.on_start is None


async def test_a_trigger_hears_that_a_run_begins(modern: NpmPiece) -> None:
    trigger, store = modern.triggers["begins"], MemoryStore()
    assert (trigger.hooks.on_enable, trigger.hooks.on_disable, trigger.hooks.on_renew) == (None, None, None)
    assert trigger.hooks.on_start is not None
    await trigger.hooks.on_start(FakeTriggerContext(payload={"n": 1}, run_id="run7", store=store), {})
    assert await store.get("run_run7") == {"n": 1}


async def test_what_others_call_the_project(installation: Installation, modern: NpmPiece) -> None:
    assert await run_action(modern, "knows", {}) == {"started": None}

    async def external_id_of(project_id: str) -> str | None:
        return {"project1": "acme"}.get(project_id)

    installation.runtime.connect_projects(external_id_of)
    assert (await run_action(modern, "knows", {}))["project"] == "acme"


async def test_events_of_apps(modern: NpmPiece) -> None:
    context = FakeTriggerContext(payload={"body": {"team": "T1"}, "headers": {"signature": "signed"}, "queryParams": {}})
    await modern.triggers["listens"].on_enable(context, {})
    assert context.listeners == [AppListener(("message",), "T1")]
    assert await run_trigger(modern, "listens", {}, context) == [{"team": "T1"}]
    forged = FakeTriggerContext(payload={"body": {"team": "T1"}, "headers": {"signature": "forged"}, "queryParams": {}})
    with pytest.raises(PieceError, match="not signed"):
        await run_trigger(modern, "listens", {}, forged)
    server = {"apiUrl": "a/", "publicUrl": "b/"}
    assert modern.takes_events
    assert await modern.parse_event({"body": {"challenge": "c"}}, server) == {"reply": {"body": "c", "headers": {}}}
    assert (await modern.parse_event({"body": {"team": "T1"}}, server))["identifierValue"] == "T1"


async def test_options(modern: NpmPiece) -> None:
    context = FakeContext()
    dropdown = await modern.options("chooses", "color", context, {"auth": SECRET, "kind": "k"}, "typed")
    assert dropdown == {"type": "DROPDOWN", "options": {"disabled": False, "options": [{"label": "s3cret k typed", "value": 1}]}}
    dynamic = await modern.options("chooses", "more", context, {"color": 3})
    assert dynamic == {"type": "DYNAMIC", "options": {"field3": {"type": "SHORT_TEXT", "displayName": "A field", "required": False}}}
    with pytest.raises(PieceError, match="no options today"):
        await modern.options("chooses", "broken", context, {})
    for owner, name in (("chooses", "nope"), ("nope", "color"), ("echo", "value")):
        with pytest.raises(UnknownProperty):
            await modern.options(owner, name, context, {})


async def test_connections_are_tried(modern: NpmPiece, early: NpmPiece) -> None:
    server = {"apiUrl": "a/", "publicUrl": "b/"}
    assert await modern.validate_auth({"type": "SECRET_TEXT", "secret_text": "good"}, server) is None
    assert await modern.validate_auth({"type": "SECRET_TEXT", "secret_text": "bad"}, server) == "a bad key"
    assert await modern.validate_auth(CUSTOM, server) is None
    assert await modern.validate_auth({"type": "CUSTOM_AUTH", "props": {}}, server) == "The service does not accept these credentials"
    assert await early.validate_auth(SECRET, server) is None


async def test_the_catalogue_cannot_be_told_which_is_which(installation: Installation, modern: NpmPiece) -> None:
    changes: list[int] = []
    native = Piece("@local/piece-modern", display_name="Native", version="1.1.0", versions=">=1.0.0,<1.2.0")
    catalogue = Catalogue([native])
    catalogue.on_changed.append(lambda: changes.append(1))
    assert catalogue.get("@local/piece-modern", "1.2.0") is None
    catalogue.add(modern)
    assert catalogue.get("@local/piece-modern", "1.2.0") is modern
    assert catalogue.get("@local/piece-modern", "~1.2.0") is modern
    assert catalogue.get("@local/piece-modern", "1.1.9") is native
    assert catalogue.get("@local/piece-modern") is native
    assert catalogue.all() == [native]
    assert catalogue.versions("@local/piece-modern") == [modern, native]
    preferring = Catalogue([native], ["@local/piece-modern"])
    preferring.add(modern)
    assert preferring.get("@local/piece-modern", "1.1.9") is native
    assert preferring.get("@local/piece-modern") is modern
    catalogue.remove("@local/piece-modern", "1.2.0")
    assert catalogue.get("@local/piece-modern", "1.2.0") is None
    assert changes == [1, 1]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("~1.2.0", "1.2.5"), ("^1.0.0", "1.3.0"), ("~1.4.0", None), ("^2.0.0", None), ("1.2.0", "1.2.0"), ("1.2.1", None), ("~0.1.2", "0.1.3"),
     ("^0.1.0", "0.1.3"), ("^0.0.1", None), (None, "1.3.0"), ("garbage", None), ("~garbage", None)],
)  # fmt: skip
def test_ranges(wanted: str | None, found: str | None) -> None:
    catalogue = Catalogue([])
    for version in ("0.1.3", "1.2.0", "1.2.5", "1.3.0"):
        catalogue.add(Piece("x", display_name="X", version=version))
    piece = catalogue.get("@activepieces/piece-x", wanted)
    assert (None if piece is None else piece.version) == found


async def test_a_call_has_its_time(installation: Installation, modern: NpmPiece) -> None:
    folder = installation.folders.folder("@local/piece-modern", "1.2.0")
    message = {"op": "action", "name": "hang", "props": {}, "facts": installation.runtime.facts(FakeContext(), modern.name)}
    with pytest.raises(PieceError, match=r"no answer within 0\.05 seconds"):
        await installation.runtime.call(folder, message, FakeContext(), seconds=0.05)
    await asyncio.sleep(0)


async def test_older_links_name_the_iteration_of_their_loop(installation: Installation, tmp_path: Path) -> None:
    """Iterations may wait at the same time: the link of one must not end another's pause."""
    early = await installation.piece("@local/piece-early@0.2.0")
    context = FakeContext()
    assert (await run_action(early, "links", {}, context)) == context.run.pending_resume_url({"a": "1"})
    context = FakeContext()
    context.run.step_path = "loop_1:2/step_1"
    assert "/requests/loop_1:2?a=1" in await run_action(early, "links", {}, context)
