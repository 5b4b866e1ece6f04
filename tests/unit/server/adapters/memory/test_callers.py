"""Callers that wait for runs."""

import asyncio

from piecework.server.adapters.memory.callers import MemoryCallers
from piecework.server.ports.callers import CallerAnswer


async def test_everybody_who_waits_gets_the_next_answer() -> None:
    callers = MemoryCallers()
    first, second = callers.expect("run"), callers.expect("run")
    waiting = asyncio.gather(callers.wait(first, 60), callers.wait(second, 60))
    await asyncio.sleep(0)
    answer = CallerAnswer("run", 200, "hello")
    assert callers.answer(answer)
    assert await waiting == [answer, answer]
    assert not callers.answer(answer)


async def test_an_answer_before_the_wait_is_kept() -> None:
    callers = MemoryCallers()
    expected = callers.expect("run")
    assert callers.answer(CallerAnswer("run"))
    assert not callers.answer(CallerAnswer("run", 500))
    assert await callers.wait(expected, 60) == CallerAnswer("run")


async def test_who_gives_up_is_forgotten() -> None:
    callers = MemoryCallers()
    assert await callers.wait(callers.expect("run"), 0) is None
    callers.forget(callers.expect("run"))
    assert not callers.answer(CallerAnswer("run"))
    waiting = asyncio.create_task(callers.wait(callers.expect("run"), 60))
    await asyncio.sleep(0)
    waiting.cancel()
    assert isinstance((await asyncio.gather(waiting, return_exceptions=True))[0], asyncio.CancelledError)
    assert not callers.answer(CallerAnswer("run"))
