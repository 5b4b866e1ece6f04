"""The HTTP service against real local servers."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from piecework.runner.http import AddressGuard, NetworkMode, PooledHttp, host_of, redacted
from piecework.sdk import HttpError, UploadedFile


async def echo(request: web.Request) -> web.Response:
    body = await request.read()
    response = web.json_response(
        {
            "method": request.method,
            "query": {name: request.query.getall(name) for name in request.query},
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "body": body.decode("utf-8", "replace"),
        },
        headers={"X-Two": "b"},
    )
    response.set_cookie("session", "1")
    return response


async def form(request: web.Request) -> web.Response:
    parts: dict[str, list[str | None]] = {}
    async for part in await request.multipart():
        parts[part.name] = [part.filename, (await part.read()).decode()]
    return web.json_response(parts)


async def away(request: web.Request) -> web.Response:
    raise web.HTTPFound(request.query["to"])


async def round_trip(request: web.Request) -> web.Response:
    raise web.HTTPFound("/round")


async def slow(request: web.Request) -> web.Response:
    await asyncio.sleep(30)
    return web.Response()


async def large(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * 5000)


async def proxied(request: web.Request) -> web.Response:
    return web.Response(text=f"via proxy {request.raw_path} {request.headers.get('Proxy-Authorization', '')}")


@pytest.fixture
async def server() -> AsyncIterator[TestServer]:
    app = web.Application()
    app.router.add_route("*", "/echo", echo)
    app.router.add_post("/form", form)
    app.router.add_get("/away", away)
    app.router.add_get("/round", round_trip)
    app.router.add_get("/slow", slow)
    app.router.add_get("/large", large)
    server = TestServer(app)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def http() -> AsyncIterator[PooledHttp]:
    async with PooledHttp() as client:
        yield client


def strict(*allow: str, **addresses: list[str]) -> PooledHttp:
    async def resolve(host: str, port: int) -> list[str]:
        return addresses.get(host, [host])

    return PooledHttp(AddressGuard(NetworkMode.STRICT, allow, resolve))


async def test_sends_what_it_is_told(http: PooledHttp, server: TestServer) -> None:
    answer = await http.request(
        "POST",
        str(server.make_url("/echo?a=1")),
        params={"b": ["2", "3"], "c": None},
        json={"x": 1},
        headers={"X-One": "a"},
        auth=("u", "p"),
    )
    seen = answer.json()
    assert answer.status == 200
    assert answer.headers["x-two"] == "b"
    assert seen["query"] == {"a": ["1"], "b": ["2", "3"]}
    assert seen["body"] == '{"x":1}'
    assert seen["headers"]["x-one"] == "a"
    assert seen["headers"]["authorization"] == "Basic dTpw"


async def test_cookies_are_not_kept(http: PooledHttp, server: TestServer) -> None:
    url = str(server.make_url("/echo")).replace("127.0.0.1", "localhost")
    assert "session=1" in (await http.request("GET", url)).headers["set-cookie"]
    assert "cookie" not in (await http.request("GET", url)).json()["headers"]
    assert (await http.request("GET", url, headers={"Cookie": "own=1"})).json()["headers"]["cookie"] == "own=1"


async def test_a_get_may_have_a_body(http: PooledHttp, server: TestServer) -> None:
    answer = await http.request("GET", str(server.make_url("/echo")), content="raw")
    assert answer.json()["body"] == "raw"


async def test_multipart(http: PooledHttp, server: TestServer) -> None:
    parts = [UploadedFile("f", "a.txt", b"hello", "text/plain"), UploadedFile("t", "", b"text", "")]
    answer = await http.request("POST", str(server.make_url("/form")), files=parts)
    assert answer.json() == {"f": ["a.txt", "hello"], "t": [None, "text"]}


async def test_redirects_only_when_asked(http: PooledHttp, server: TestServer) -> None:
    url = str(server.make_url("/away").with_query(to="/echo"))
    assert (await http.request("GET", url)).status == 302
    assert (await http.request("GET", url, follow_redirects=True)).status == 200


async def test_too_many_redirects(http: PooledHttp, server: TestServer) -> None:
    with pytest.raises(HttpError) as failure:
        await http.request("GET", str(server.make_url("/round")), follow_redirects=True)
    assert failure.value.reason == "redirects"


async def test_time_limit(http: PooledHttp, server: TestServer) -> None:
    with pytest.raises(HttpError) as failure:
        await http.request("GET", str(server.make_url("/slow")), timeout=0.1)
    assert failure.value.reason == "timeout"


async def test_size_limit(server: TestServer) -> None:
    async with PooledHttp(max_response_bytes=1000) as client:
        with pytest.raises(HttpError) as failure:
            await client.request("GET", str(server.make_url("/large")))
    assert failure.value.reason == "too_large"


async def test_closed_port(http: PooledHttp) -> None:
    with pytest.raises(HttpError) as failure:
        await http.request("GET", "http://127.0.0.1:1/x")
    assert failure.value.reason == "connection"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "not a url", "http://", "ftp://x/y"])
async def test_bad_urls(http: PooledHttp, url: str) -> None:
    with pytest.raises(HttpError) as failure:
        await http.request("GET", url)
    assert failure.value.reason == "invalid_url"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "0.0.0.0"],
)
async def test_strict_refuses_private_addresses(host: str) -> None:
    async with strict() as client:
        with pytest.raises(HttpError) as failure:
            await client.request("GET", f"http://{host}:1/")
    assert failure.value.reason == "blocked"


async def test_strict_refuses_names_of_private_addresses() -> None:
    async with strict(**{"inner.example": ["93.184.216.34", "10.0.0.1"]}) as client:
        with pytest.raises(HttpError) as failure:
            await client.request("GET", "http://inner.example/")
    assert failure.value.reason == "blocked"
    assert "10.0.0.1" not in str(failure.value)


async def test_strict_checks_every_hop(server: TestServer) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return {"outer.example": ["127.0.0.1"]}.get(host, [host])

    guard = AddressGuard(NetworkMode.STRICT, ["outer.example"], resolve)
    guard.addresses = _first_hop_only(guard, str(server.host))  # type: ignore[method-assign]
    async with PooledHttp(guard) as client:
        with pytest.raises(HttpError) as failure:
            await client.request(
                "GET", f"http://outer.example:{server.port}/away?to=http://127.0.0.1:{server.port}/echo", follow_redirects=True
            )
    assert failure.value.reason == "blocked"


def _first_hop_only(guard: AddressGuard, server_host: str):
    checked = guard.addresses

    async def addresses(host: str, port: int) -> list[str]:
        return [server_host] if host == "outer.example" else await checked(host, port)

    return addresses


@pytest.mark.parametrize("entry", ["127.0.0.0/8", "127.0.0.1"])
async def test_allow_list(server: TestServer, entry: str) -> None:
    async with strict(entry) as client:
        assert (await client.request("GET", f"http://127.0.0.1:{server.port}/echo")).status == 200


async def test_proxy() -> None:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", proxied)
    server = TestServer(app)
    await server.start_server()
    try:
        async with PooledHttp() as client:
            answer = await client.request("GET", "http://somewhere.example/x", proxy=f"http://u:p@127.0.0.1:{server.port}")
    finally:
        await server.close()
    assert answer.text.startswith("via proxy")
    assert answer.text.endswith("Basic dTpw")


def test_a_log_names_the_host_of_a_url_alone() -> None:
    assert host_of("https://user:secret@api.example:8443/services/T0/secret?token=secret") == "api.example"
    assert host_of("https://host:port") == "(not a URL)"


def test_redacted() -> None:
    assert redacted("https://user:secret@api.example:8443/path?token=secret#x") == "https://api.example:8443/path"
