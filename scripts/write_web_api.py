"""Writes the types of the web application's API client from the server's OpenAPI document (`make web-api`); with --check it only compares.

Routes that call flows (webhooks, resuming) are left out: what they take and answer is decided by each flow, and the application calls none.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from reference.served_document import fetch_document

ROOT = Path(__file__).parents[1]
TYPES = ROOT / "web/src/app/api/schema.d.ts"
_NOT_CALLED = ("/webhooks/", "/flow-runs/{id}/waitpoints/", "/flow-runs/{id}/requests/")


def generated() -> str:
    """Returns the TypeScript text that belongs to today's API. Raises CalledProcessError when the generator fails."""
    document = fetch_document()
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.startswith(_NOT_CALLED)}
    with tempfile.TemporaryDirectory() as folder:
        source, types = Path(folder, "openapi.json"), Path(folder, "schema.d.ts")
        source.write_text(json.dumps(document))
        generator = [
            ROOT / "scripts/with-node.sh",
            "node",
            ROOT / "web/node_modules/openapi-typescript/bin/cli.js",
            source,
            "--output",
            types,
        ]
        options = ["--alphabetize", "--root-types", "--root-types-no-schema-prefix", "--default-non-nullable=false"]
        subprocess.run([*generator, *options], check=True, capture_output=True)
        return types.read_text()


def main() -> int:
    """Writes the file, or with --check says that it is out of date; returns the exit code."""
    text = generated()
    if "--check" not in sys.argv[1:]:
        TYPES.write_text(text)
    elif TYPES.read_text() != text:
        print("web/src/app/api/schema.d.ts is out of date: run `make web-api`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
