"""How many warm actions a second the host for pieces from npm does: `.venv/bin/python benchmarks/npm_host.py [--data-dir DIR] [--json]`.

The unmodified data mapper (0.3.15), through everything that a step goes through but the engine: processing the input, the context, the host's
process and back. The piece is installed from the registry unless the data folder has it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from time import perf_counter
from typing import Any

from piecework.runner.npm import NpmPiece, NpmRuntime
from piecework.runner.npm.operations import Package
from piecework.sandbox.npm.folders import PieceFolders
from piecework.sandbox.npm.host import NpmHost
from piecework.sandbox.npm.install import Installer
from piecework.sdk.testing import FakeContext
from piecework.server.bootstrap.execution import PIECES_FOLDER

NAME, VERSION = "@activepieces/piece-data-mapper", "0.3.15"
SMALL = {"mapping": {"id": 7, "name": "Ada Lovelace", "tags": ["a", "b"], "address": {"city": "London", "zip": "W1"}}}
LARGE = {"mapping": {f"key{index}": "x" * 100 for index in range(1000)}}


async def measure(action: Any, props: Mapping[str, Any], in_flight: int, seconds: float) -> dict[str, float]:
    """Actions a second, and the median of one in milliseconds."""
    durations: list[float] = []
    until = perf_counter() + seconds

    async def one_after_the_other() -> None:
        while perf_counter() < until:
            started = perf_counter()
            await action.invoke(FakeContext(), action.process(props, {}))
            durations.append(perf_counter() - started)

    started = perf_counter()
    await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
    rate = len(durations) / (perf_counter() - started)
    return {"per_second": round(rate), "median_ms": round(sorted(durations)[len(durations) // 2] * 1000, 3)}


async def main(data_dir: Path, seconds: float) -> dict[str, Any]:
    folders = PieceFolders(data_dir / PIECES_FOLDER)
    folders.prepare()
    host = NpmHost(folders.root)
    try:
        installed = await Installer(folders, host).install(NAME, VERSION)
        package = Package(NAME, folders.folder(NAME, VERSION), NpmRuntime(host))
        action = NpmPiece(installed, folders, package).actions["advanced_mapping"]
        await measure(action, SMALL, 32, 1.0)  # warm up
        return {
            "small, 32 in flight": await measure(action, SMALL, 32, seconds),
            "small, 1 in flight": await measure(action, SMALL, 1, seconds),
            "100 KB, 4 in flight": await measure(action, LARGE, 4, seconds),
        }
    finally:
        await host.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="piecework-bench-") as folder:
        import uvloop

        results = uvloop.run(main(options.data_dir or Path(folder), options.seconds))
    if options.json:
        print(json.dumps(results))
    else:
        for case, figures in results.items():
            print(f"{case}: {figures['per_second']} a second, median {figures['median_ms']} ms")
