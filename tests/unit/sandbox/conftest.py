from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from piecework.sandbox.language import Language
from piecework.sandbox.limits import Limits
from piecework.sandbox.outcome import CodeResult
from piecework.sandbox.pool import SandboxPool

SMALL = Limits(memory_mb=32, cpu_seconds=1, wall_seconds=4, output_bytes=1_000_000, stdout_bytes=1000)

Run = Callable[..., Awaitable[CodeResult]]


@pytest.fixture
async def pool() -> AsyncIterator[SandboxPool]:
    pool = SandboxPool(SMALL, size=2)
    await pool.start()
    yield pool
    await pool.close()


@pytest.fixture
def run(pool: SandboxPool) -> Run:
    """Compile and run a JavaScript or TypeScript step."""

    async def run(source: str, inputs: Any = None, group: str = "project") -> CodeResult:
        return await pool.run_code(await pool.compile(source), inputs, language=Language.JAVASCRIPT, group=group)

    return run
