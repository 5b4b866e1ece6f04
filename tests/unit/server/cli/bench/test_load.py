"""The load generator against small servers of its own: what it counts, and that it always comes to an end."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

import pytest

from piecework.server.cli.bench.load import LoadJob, measure, percentile

REQUEST = "GET / HTTP/1.1\r\nhost: x\r\n\r\n"
RIGHT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Reply = Callable[[asyncio.StreamWriter, int], object]


@asynccontextmanager
async def served(reply: Reply) -> AsyncGenerator[int, None]:
    """A server that calls ``reply(writer, number of the request)``; gives its port."""
    count = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                count += 1
                done = reply(writer, count)
                if asyncio.iscoroutine(done):
                    await done
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def job(port: int, **changes: object) -> LoadJob:
    return LoadJob(**({"port": port, "request": REQUEST, "connections": 3, "seconds": 30.0, "body": "ok"} | changes))  # type: ignore[arg-type]


async def test_so_many_requests_and_no_more() -> None:
    seen: list[int] = []

    def reply(writer: asyncio.StreamWriter, number: int) -> None:
        seen.append(number)
        writer.write(RIGHT)

    async with served(reply) as port:
        result = await measure(job(port, requests=100))
    assert (result.answers, result.errors, len(seen)) == (100, 0, 100)
    assert 0 < result.p50_ms <= result.p95_ms <= result.p99_ms <= result.max_ms
    assert result.rps > 0


async def test_it_ends_when_its_time_is_over() -> None:
    async with served(lambda writer, _: writer.write(RIGHT)) as port:
        result = await measure(job(port, seconds=0.2))
    assert result.answers > 0
    assert result.errors == 0


async def test_answers_that_come_in_pieces() -> None:
    async def reply(writer: asyncio.StreamWriter, _: int) -> None:
        for part in (RIGHT[:10], RIGHT[10:-1], RIGHT[-1:]):
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.001)

    async with served(reply) as port:
        result = await measure(job(port, requests=6))
    assert (result.answers, result.errors) == (6, 0)


@pytest.mark.parametrize("wrong", [b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\nok", b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nno"])
async def test_a_wrong_answer_is_an_error_with_a_sample(wrong: bytes) -> None:
    async with served(lambda writer, number: writer.write(wrong if number % 2 else RIGHT)) as port:
        result = await measure(job(port, requests=10, connections=1))
    assert (result.answers, result.errors) == (5, 5)
    assert result.samples[0] == wrong.decode()


async def test_an_answer_without_a_body() -> None:
    async with served(lambda writer, _: writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")) as port:
        result = await measure(job(port, requests=4, status=204, body=None))
    assert (result.answers, result.errors) == (4, 0)


async def test_a_connection_that_is_closed_is_an_error_and_opened_again() -> None:
    def reply(writer: asyncio.StreamWriter, number: int) -> None:
        if number % 3 == 0:
            writer.close()
        else:
            writer.write(RIGHT)

    async with served(reply) as port:
        result = await measure(job(port, requests=30, connections=2))
    assert result.errors >= 5
    assert result.answers + result.errors == 30


async def test_nobody_there() -> None:
    result = await measure(job(1, requests=3))
    assert (result.answers, result.errors) == (0, 3)
    assert result.samples[0].startswith("no connection: ")


async def test_it_is_a_program_of_its_own() -> None:
    async with served(lambda writer, _: writer.write(RIGHT)) as port:
        command = [sys.executable, "-m", "piecework.server.cli.bench.load"]
        text = json.dumps(asdict(job(port, requests=20)))
        run = await asyncio.to_thread(subprocess.run, command, input=text, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(run.stdout)["answers"] == 20


def test_percentiles_are_nearest_ranks() -> None:
    hundred = [number / 1000 for number in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([0.007], 0.5) == 7.0
    assert percentile([], 0.5) == 0.0
