"""Calls of one process's npm host on behalf of steps, triggers and forms: what a piece is told, and who answers what it asks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from piecework.sandbox.npm.errors import PieceThrew
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.threads import Answer, answer_nothing
from piecework.sdk import ActionContext, DelayPause, PieceError, Response, TriggerContext, WebhookPause
from piecework.sdk.errors import HttpFailed
from piecework.sdk.services import LoadedFile
from piecework.spec.piece import StoreScope

Context = ActionContext | TriggerContext
ExternalIdOf = Callable[[str], Awaitable[str | None]]


class NpmRuntime:
    """``webhook_secrets``: with which events of apps are checked, by piece name."""

    def __init__(self, host: NpmHost, webhook_secrets: Mapping[str, str] | None = None) -> None:
        self._host = host
        self._webhook_secrets = webhook_secrets or {}
        self._external_id_of: ExternalIdOf = _nothing_else

    def connect_projects(self, external_id_of: ExternalIdOf) -> None:
        """Let pieces learn what others call their project; ``external_id_of`` gives that by the project's id."""
        self._external_id_of = external_id_of

    async def call(
        self, folder: Path, message: dict[str, Any], ctx: Context | None = None, *, seconds: float | None = None
    ) -> dict[str, Any]:
        """One call of the host; files in ``message["props"]`` travel beside it. ``seconds``: None if somebody else watches the time.

        Raises HttpFailed and PieceError for what the piece throws, SandboxError for what the host does.
        """
        data = b""
        if "props" in message:
            message["props"], files, data = _without_files(message["props"])
            if files:
                message["files"] = files
        answers = answer_nothing if ctx is None else self._answers(ctx)
        try:
            async with asyncio.timeout(seconds):
                return await self._host.call(folder, message, data, answers)
        except TimeoutError:
            raise PieceError(f"The piece gave no answer within {seconds:g} seconds") from None
        except PieceThrew as error:
            raise _as_piece_error(error) from None

    def facts(self, ctx: Context, piece: str) -> dict[str, Any]:
        """What every context of a piece says."""
        common = {
            "step": ctx.step_name,
            "project": ctx.project_id,
            "apiUrl": ctx.server.api_url,
            "publicUrl": ctx.server.public_url,
            "token": "",
            "flow": ctx.flow_id,
            "version": ctx.flow_version_id,
            "test": ctx.test,
        }
        if isinstance(ctx, ActionContext):
            return common | {
                "run": ctx.run_id,
                "waitpoint": ctx.run.waitpoint_id,
                "request": ctx.run.request_id,
                "executionType": ctx.execution_type,
                "resumePayload": ctx.resume_payload,
            }
        secret = self._webhook_secrets.get(piece)
        return common | {"run": ctx.run_id, "webhookUrl": ctx.webhook_url, "payload": ctx.payload, "webhookSecret": secret}

    def _answers(self, ctx: Context) -> Answer:
        async def answer(operation: str, arguments: dict[str, Any], data: bytes) -> Any:
            match operation:
                case "store.get":
                    return await ctx.store.get(arguments["key"], StoreScope(arguments["scope"]))
                case "store.put":
                    return await ctx.store.put(arguments["key"], arguments["value"], StoreScope(arguments["scope"]))
                case "store.delete":
                    return await ctx.store.delete(arguments["key"], StoreScope(arguments["scope"]))
                case "files.write":
                    return await ctx.files.write(arguments["fileName"], data)
                case "connections.get":
                    return await _connection(ctx, arguments["key"])
                case "flows.list":
                    flows = await ctx.flows.list(arguments.get("externalIds"))
                    return {"data": flows, "next": None, "previous": None}
                case "project.externalId":
                    return await self._external_id_of(ctx.project_id)
                case _:
                    raise PieceError(f"This server has no {operation}")

        return answer


async def _nothing_else(project_id: str) -> str | None:
    return None


async def _connection(ctx: Context, key: str) -> Any:
    value = await ctx.connections.get(key)
    if value is None:
        raise PieceError(f"The connection {key!r} does not exist in this project")
    if isinstance(ctx, ActionContext):
        ctx.run.add_tag(f"connection:{key}")  # spec/engine.md §1
    return value


def record(ctx: ActionContext, recorded: Mapping[str, Any]) -> None:
    """Tell the run what the piece asked of it."""
    for tag in recorded["tags"]:
        ctx.run.add_tag(tag)
    match recorded["type"]:
        case "stopped":
            ctx.run.stop(_response(recorded.get("response")))
        case "respond":
            ctx.run.respond(_response(recorded.get("response")))
        case "paused":
            ctx.run.pause(_pause(ctx, recorded["waitpoint"]))
        case _:
            pass


def _response(wire: Mapping[str, Any] | None) -> Response:
    given = {name: value for name, value in (wire or {}).items() if name in ("status", "body", "headers") and value is not None}
    if isinstance(given.get("status"), float | str):
        given["status"] = int(given["status"])
    return Response(**given)


def _pause(ctx: ActionContext, waitpoint: Mapping[str, Any]) -> DelayPause | WebhookPause:
    until = datetime.fromisoformat(waitpoint["until"]) if waitpoint.get("until") else None
    if waitpoint["type"] == "DELAY":
        if until is None:
            raise PieceError("The piece asked for a delay without an end")
        return DelayPause(until)
    answer = waitpoint.get("response")
    timeout = None if until is None else max(0.0, (until - ctx.now()).total_seconds())
    return WebhookPause(None if answer is None else _response(answer), timeout)


def _as_piece_error(error: PieceThrew) -> PieceError:
    return PieceError(error.message) if error.detail is None else HttpFailed(error.message, error.detail)


def _without_files(props: Mapping[str, Any]) -> tuple[dict[str, Any], list[list[Any]], bytes]:
    """The properties with null in the place of each file, where the files belong (``node/values.cjs``), and their bytes one after the other."""
    plain = dict(props)
    files: list[list[Any]] = []
    data = bytearray()

    def take(path: list[Any], file: LoadedFile) -> None:
        files.append([path, {"filename": file.filename, "extension": file.extension}, len(data), len(file.data)])
        data.extend(file.data)

    for name, value in props.items():
        if isinstance(value, LoadedFile):
            take([name], value)
            plain[name] = None
        elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
            plain[name] = [_item_without_files([name, index], item, take) for index, item in enumerate(value)]
    return plain, files, bytes(data)


def _item_without_files(path: list[Any], item: Any, take: Callable[[list[Any], LoadedFile], None]) -> Any:
    if not isinstance(item, dict):
        return item
    plain: dict[str, Any] = {}
    for name, value in item.items():
        if isinstance(value, LoadedFile):
            take([*path, name], value)
        plain[name] = None if isinstance(value, LoadedFile) else value
    return plain
