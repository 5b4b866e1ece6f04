"""Signatures against botocore's, the rest against moto's server."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotoCredentials
from moto.server import ThreadedMotoServer

from piecework.pieces.amazon_s3 import piece
from piecework.pieces.amazon_s3.signing import Credentials, encoded, query_string, signed_headers, signed_url
from piecework.runner.http import PooledHttp
from piecework.sdk import AuthCheck, CustomAuthValue, Http, LoadedFile, PieceError
from piecework.sdk.testing import TEST_SERVER, FakeContext, FakeTriggerContext, MemoryFiles, run_action, run_trigger

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
KEYS = [("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")]
FILE = "https://files.test/1/a.txt"
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.mark.parametrize("key", ["a.txt", "fol der/ü+&=?#.txt", "a//b~c'(1)*.txt"])
@pytest.mark.parametrize("params", [{}, {"prefix": "a b/ü&", "list-type": "2"}])
def test_signatures_are_those_of_aws(key: str, params: dict[str, str]) -> None:
    url = f"https://s3.eu-central-1.amazonaws.com/bucket/{encoded(key, '/')}"
    ours = signed_headers(Credentials(*KEYS[0], "eu-central-1"), "PUT", url, params, {"Content-Type": "text/plain"}, b"body", NOW)
    query = query_string(params)
    request = AWSRequest("PUT", f"{url}?{query}" if query else url, {"content-type": "text/plain"}, b"body")
    request.context["payload_signing_enabled"] = True
    with patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        S3SigV4Auth(BotoCredentials(*KEYS[0]), "s3", "eu-central-1").add_auth(request)
    assert ours["authorization"].replace(",", ", ") == request.headers["Authorization"]


def test_signed_urls_are_those_of_aws() -> None:
    url = f"https://s3.eu-central-1.amazonaws.com/bucket/{encoded('a b.txt')}"
    request = AWSRequest("GET", url)
    with patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        S3SigV4QueryAuth(BotoCredentials(*KEYS[0]), "s3", "eu-central-1", expires=600).add_auth(request)
    assert signed_url(Credentials(*KEYS[0], "eu-central-1"), "GET", url, 600, NOW) == request.url


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with PooledHttp() as client:
        yield client


def auth(endpoint: str, /, **changes: Any) -> CustomAuthValue:
    given = {"accessKeyId": "AKID", "secretAccessKey": "s3cret", "endpoint": endpoint, "region": "us-east-1", "bucket": "files"}
    return CustomAuthValue(given | changes)


async def test_files_are_kept_found_moved_and_deleted(endpoint: str, http: Http) -> None:
    await http.request("PUT", f"{endpoint}/files")
    known = MemoryFiles({FILE: LoadedFile("a.txt", "Ünsal".encode(), "txt")})
    ctx = FakeContext(http=http, files=known, auth=auth(endpoint))

    async def run(action: str, **given: Any) -> Any:
        return await run_action(piece, action, given, ctx)

    trigger = FakeTriggerContext(http=http)
    trigger.auth = auth(endpoint)
    await piece.triggers["new_file"].on_enable(trigger, piece.triggers["new_file"].process({}, {}))
    assert (await run("upload-file", file=FILE, fileName="in box/ü+1"))["fileName"] == "in box/ü+1.txt"
    (started,) = await run_trigger(piece, "new_file", {}, trigger)
    assert (started["Key"], started["Size"]) == ("in box/ü+1.txt", 6)
    assert await run_trigger(piece, "new_file", {}, trigger) == []
    url = await run("read-file", key="in box/ü+1.txt")
    assert (await known.read(url)).data == "Ünsal".encode()
    assert (await run("moveFile", fileKey="in box/ü+1.txt", folderKey="done"))["key"] == "done/ü+1.txt"
    await run("upload-file", file=FILE, fileName="other")
    assert [one["key"] for one in (await run("list-files", prefix="done/"))["files"]] == ["done/ü+1.txt"]
    assert (await run("list-files", maxKeys=1))["isTruncated"]
    assert (await http.request("GET", await run("generate-signed-url", key="done/ü+1.txt"))).content == "Ünsal".encode()
    await run("deleteFile", key="done/ü+1.txt")
    with pytest.raises(PieceError, match="404: NoSuchKey"):
        await run("read-file", key="done/ü+1.txt")
    for key in ("", "..", "../other-bucket/x"):
        with pytest.raises(PieceError, match="key: "):
            await run("deleteFile", key=key)


async def test_connections_are_tried(endpoint: str, http: Http) -> None:
    await http.request("PUT", f"{endpoint}/files")

    async def tried(**changes: Any) -> str | None:
        return await piece.auths[0].check(AuthCheck(auth(endpoint, **changes), http, TEST_SERVER))

    assert await tried() is None
    assert "NoSuchBucket" in (await tried(bucket="nothing-here") or "")
    assert "cannot be reached" in (await tried(endpoint="http://127.0.0.1:1") or "")
