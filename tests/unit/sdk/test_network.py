"""The door to servers that do not speak HTTP: what is no host is refused, private addresses too, and TLS asks for the name."""

import ssl

import pytest

from piecework.runner.http import AddressGuard, NetworkMode, PooledHttp
from piecework.sdk import Network, PieceError


@pytest.mark.parametrize("host", ["", "/var/run/postgresql", "a b", "db.example/x", "user@db", "db;x", "-x"])
async def test_what_is_no_host(host: str) -> None:
    with pytest.raises(PieceError, match="host: "):
        await Network().address(host, 5432)


@pytest.mark.parametrize("port", [0, -1, 65536])
async def test_what_is_no_port(port: int) -> None:
    with pytest.raises(PieceError, match="port: "):
        await Network().address("db.example", port)


@pytest.mark.parametrize(("host", "address"), [(" db.example ", "db.example"), ("127.0.0.1", "127.0.0.1"), ("[::1]", "::1")])
async def test_hosts(host: str, address: str) -> None:
    assert await Network().address(host, 5432) == address


async def test_the_guard_keeps_out_of_the_private_network() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        if host == "nowhere.example":
            raise OSError
        return {"db.example": ["93.184.216.34"], "inside.example": ["10.0.0.5"]}[host]

    network = PooledHttp(AddressGuard(NetworkMode.STRICT, (), resolve)).network
    assert await network.address("db.example", 5432) == "93.184.216.34"
    with pytest.raises(PieceError, match="private network"):
        await network.address("inside.example", 5432)
    with pytest.raises(PieceError, match="cannot be found"):
        await network.address("nowhere.example", 5432)


def test_tls_asks_for_the_name_and_not_for_the_address() -> None:
    context = Network().tls("db.example")
    wrapped = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="93.184.216.34")
    assert wrapped.server_hostname == "db.example"
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert Network().tls("db.example", verify=False).verify_mode == ssl.CERT_NONE
    with pytest.raises(PieceError, match="certificate: "):
        Network().tls("db.example", authorities="nonsense")
