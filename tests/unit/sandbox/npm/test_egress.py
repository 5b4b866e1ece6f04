"""Where pieces may connect to: certificates that no piece switches off, and STRICT."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.bubblewrap import bubblewrap_works
from tests.http_servers import Answering, server_of, serving
from tests.unit.sandbox.npm.conftest import MODERN, SMALL, Act, act_on

from piecework.runner.http import AddressGuard, NetworkMode
from piecework.sandbox.npm.egress import Egress
from piecework.sandbox.npm.errors import PieceThrew
from piecework.sandbox.npm.host import NpmHost


class _Ok(Answering):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()


@pytest.fixture
def plain_server() -> Iterator[ThreadingHTTPServer]:
    with serving(server_of(_Ok)) as server:
        yield server


@pytest.fixture
def self_signed_server(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    server = server_of(_Ok)
    server.socket = _self_signed(tmp_path).wrap_socket(server.socket, server_side=True)
    with serving(server):
        yield server


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    encoding = serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, encoding, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


async def test_no_piece_switches_certificate_checks_off(act: Act, self_signed_server: ThreadingHTTPServer) -> None:
    url = f"https://127.0.0.1:{self_signed_server.server_address[1]}/"
    with pytest.raises(PieceThrew, match="self-signed"):
        await act("fetches", url=url)  # sets NODE_TLS_REJECT_UNAUTHORIZED=0 first
    with pytest.raises(PieceThrew, match="fetch failed"):
        await act("fetchesNatively", url=url)


@pytest.mark.parametrize("confined", [False, pytest.param(True, marks=pytest.mark.skipif(not bubblewrap_works(), reason="no bubblewrap"))])
async def test_a_certificate_that_the_server_trusts_is_trusted(
    pieces: Path, tmp_path: Path, self_signed_server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, confined: bool
) -> None:
    monkeypatch.setenv("NODE_EXTRA_CA_CERTS", str(tmp_path / "certificate.pem"))
    host = NpmHost(pieces, SMALL, confined=confined)
    try:
        url = f"https://127.0.0.1:{self_signed_server.server_address[1]}/"
        assert await act_on(host, pieces / MODERN.replace("/", "+"))("fetches", url=url) == 204
    finally:
        await host.close()


@pytest.mark.parametrize("action", ["fetches", "fetchesNatively"])
async def test_strict(pieces: Path, plain_server: ThreadingHTTPServer, action: str) -> None:
    port = plain_server.server_address[1]
    refused = [f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", f"http://[::ffff:127.0.0.1]:{port}/", f"http://0.0.0.0:{port}/"]

    async def tried(egress: Egress | None, urls: list[str]) -> list[object]:
        host = NpmHost(pieces, SMALL, egress=egress)
        act = act_on(host, pieces / MODERN.replace("/", "+"))
        try:
            return await asyncio.gather(*(act(action, url=url) for url in urls), return_exceptions=True)
        finally:
            await host.close()

    results = await tried(Egress(), refused)
    assert all(isinstance(result, PieceThrew) for result in results), results
    if action == "fetches":
        assert all("EACCES" in str(result) for result in results), results
    assert await tried(Egress(("127.0.0.0/8",)), refused[:1]) == [204]
    assert await tried(Egress(("localhost",)), [refused[1]]) == [204]
    assert await tried(None, refused[:1]) == [204]


def test_strict_refuses_what_native_pieces_are_refused() -> None:
    wire = Egress().as_wire()
    networks = [ipaddress.ip_network(f"{address}/{prefix}") for address, prefix, _ in wire["refused"]]
    guard = AddressGuard(NetworkMode.STRICT)
    for text in (
        "10.1.2.3", "127.0.0.1", "169.254.169.254", "172.16.0.1", "192.168.0.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
        "::1", "::", "fe80::1", "fd00::1", "ff02::1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "2001:0:1::1",
        "8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "64:ff9b::808:808", "2002:808:808::",
    ):  # fmt: skip
        address = ipaddress.ip_address(text)
        refused = any(address.version == network.version and address in network for network in networks)
        assert refused is not guard.permits(text), text
