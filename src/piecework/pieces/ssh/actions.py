"""Commands."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Literal

from piecework.pieces.ssh.connecting import connected
from piecework.pieces.ssh.piece import piece
from piecework.sdk import ActionContext, CustomAuthValue, LongText, Number, PieceError, StaticDropdown

if TYPE_CHECKING:
    import asyncssh

Mode = Literal["Sequentially", "Parallel"]


@piece.action(name="run-commands", display_name="Run Commands")
async def run_commands(
    ctx: ActionContext[CustomAuthValue],
    executionMode: Annotated[
        Mode,
        StaticDropdown(
            "Execute commands sequentially or parallel",
            "One after the other until one fails, or all at once.",
            options={"Sequentially": "Sequentially", "Parallel": "Parallel"},
            required=True,
            only_these=True,
        ),
    ] = "Sequentially",
    *,
    commands: Annotated[str, LongText("Commands", "One a line.")],
    timeout_seconds: Annotated[
        int, Number("Timeout (seconds)", "How long all of them may take.", minimum=1, maximum=3600, required=False)
    ] = 300,
) -> list[dict[str, Any]]:
    """Run commands. The output lists what each wrote and its exit code; commands in sequence are one entry."""
    lines = [line for line in commands.splitlines() if line.strip()]
    if not lines:
        raise PieceError("commands: must have at least one command")
    if executionMode == "Sequentially":
        lines = [" && ".join(lines)]
    async with connected(ctx.network, ctx.auth) as connection:
        try:
            async with asyncio.timeout(timeout_seconds or 300):
                return list(await asyncio.gather(*(_run(connection, line) for line in lines)))
        except TimeoutError:
            raise PieceError(f"timeout_seconds: the commands took longer than {timeout_seconds} seconds") from None


async def _run(connection: "asyncssh.SSHClientConnection", line: str) -> dict[str, Any]:
    done = await connection.run(line, encoding="utf-8", errors="replace")
    return {"stdout": str(done.stdout or "").rstrip("\n"), "stderr": str(done.stderr or "").rstrip("\n"), "code": done.exit_status}
