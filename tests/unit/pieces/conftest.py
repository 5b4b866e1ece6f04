from collections.abc import Iterator

import pytest
from tests.unit.pieces import servers


@pytest.fixture(scope="session")
def postgres_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.postgres(tmp_path_factory.mktemp("postgres")) as port:
        yield port


@pytest.fixture(scope="session")
def mariadb_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with servers.mariadb(tmp_path_factory.mktemp("mariadb")) as port:
        yield port
