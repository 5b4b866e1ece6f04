"""Fixtures of the end-to-end tests.

`start_server` runs a server with settings of its own; most tests share `server`, whose administrator is `owner`.
"""

import os
from collections.abc import Callable, Iterator

import httpx
import pytest
from tests.e2e.server_process import Account, Server, StartServer, starting


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartServer]:
    """See `starting`."""
    yield from starting(tmp_path_factory)


@pytest.fixture(scope="session")
def server(start_server: StartServer) -> Server:
    """The server that most tests share: anybody may sign up, as often as he likes."""
    return start_server(allow_open_sign_up=True, api_rate_limit_authn_enabled=False, log_level="warn")


@pytest.fixture(scope="session")
def owner(server: Server) -> Iterator[Account]:
    """The administrator of the shared server's platform: the first one who signed up."""
    session = server.sign_up("owner@example.com")
    with server.client(session["token"]) as client:
        yield Account(session, client)


@pytest.fixture
def make_member(server: Server, owner: Account) -> Iterator[Callable[[], Account]]:
    """Signs up further users, each with a project of his own."""
    accounts: list[Account] = []

    def make() -> Account:
        session = server.sign_up(f"member{len(accounts)}.{os.urandom(6).hex()}@example.com", firstName="Bob")
        accounts.append(Account(session, server.client(session["token"])))
        return accounts[-1]

    yield make
    for account in accounts:
        account.client.close()


@pytest.fixture
def member(make_member: Callable[[], Account]) -> Account:
    """Somebody who is no administrator."""
    return make_member()


@pytest.fixture
def anonymous(server: Server, owner: Account) -> Iterator[httpx.Client]:
    """A client without a token, of a server whose platform is founded."""
    with server.client() as client:
        yield client
