from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from tests.unit.pieces import servers


def _running(start: Callable[[Path], AbstractContextManager[Any]]) -> Any:
    """A fixture that starts a server once, and gives what the server's function gives."""

    @pytest.fixture(scope="session")
    def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        with start(tmp_path_factory.mktemp(start.__name__)) as given:
            yield given

    return server


postgres_port = _running(servers.postgres)
mariadb_port = _running(servers.mariadb)
dovecot_port = _running(servers.dovecot)
redis_port = _running(servers.redis)
rabbitmq_port = _running(servers.rabbitmq)
mosquitto = _running(servers.mosquitto)
