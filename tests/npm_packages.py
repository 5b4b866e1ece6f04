"""Pieces for npm that the tests make themselves: `tests/npm_pieces`, packed as `npm pack` does, and a registry that serves them."""

import base64
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from piecework.sandbox.npm.archive import unpack
from piecework.sandbox.npm.node import npm_command
from tests.http_servers import Answering, serving, url_of

SOURCES = Path(__file__).parent / "npm_pieces"


@cache
def archives() -> dict[str, bytes]:
    """The packed packages by `name@version`, packed once a process."""
    with tempfile.TemporaryDirectory() as folder:
        sources = [str(path.parent) for path in sorted(SOURCES.glob("*/package.json"))]
        command = [*npm_command(), "pack", *sources, "--pack-destination", folder, "--json", "--ignore-scripts", "--silent"]
        packed = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=120).stdout)
        return {f"{item['name']}@{item['version']}": (Path(folder) / item["filename"]).read_bytes() for item in packed}


def unpacked(spec: str, root: Path) -> Path:
    """A package without dependencies, put where the installer would put it; gives its folder."""
    folder = root / spec.replace("/", "+")
    unpack(archives()[spec], folder / "package")
    return folder


class Registry(ThreadingHTTPServer):
    """Serves the packages to npm. `asked` counts the archives that were fetched; `broken` are specs whose archive is another than promised."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[str] = []
        self.broken: set[str] = set()
        self.without_sha512: set[str] = set()

    @property
    def url(self) -> str:
        return url_of(self)

    def document(self, name: str) -> dict[str, Any] | None:
        versions: dict[str, Any] = {}
        for spec, data in archives().items():
            if spec.rpartition("@")[0] != name:
                continue
            version = spec.rpartition("@")[2]
            manifest = json.loads((SOURCES / name.rpartition("/")[2].removeprefix("piece-") / "package.json").read_text())
            promised = b"something else" if spec in self.broken else data
            dist = {"tarball": f"{self.url}/-/{spec}", "shasum": hashlib.sha1(promised).hexdigest()}
            if spec not in self.without_sha512:
                dist["integrity"] = f"sha512-{base64.b64encode(hashlib.sha512(promised).digest()).decode()}"
            versions[version] = {**manifest, "dist": dist}
        return {"name": name, "dist-tags": {"latest": list(versions)[-1]}, "versions": versions} if versions else None


class _Answers(Answering):
    server: Registry

    def do_GET(self) -> None:
        path = unquote(self.path.partition("?")[0])
        if path.startswith("/-/") and path[3:] in archives():
            self.server.asked.append(path[3:])
            return self.answer(200, archives()[path[3:]], "application/octet-stream")
        document = self.server.document(path[1:])
        return self.answer_json(document or {"error": "Not found"}, 404 if document is None else 200)


@contextmanager
def registry() -> Iterator[Registry]:
    """A running registry, which npm uses meanwhile."""
    with serving(Registry()) as server, pytest.MonkeyPatch.context() as environment:
        environment.setenv("npm_config_registry", server.url)
        environment.setenv("npm_config_fetch_retries", "0")
        yield server
