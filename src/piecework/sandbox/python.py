"""Python code steps: CPython in bubblewrap, one process per step (``python_child.py`` is the other side)."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path
from typing import Any

from piecework.sandbox.confinement import NOBODY
from piecework.sandbox.errors import SandboxUnavailable
from piecework.sandbox.limits import Limits
from piecework.sandbox.outcome import to_json
from piecework.sandbox.worker import Frame

NEEDS_BUBBLEWRAP = (
    "Python code steps need bubblewrap, which keeps them from the network and the file system: install it "
    "(Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap; Alpine: apk add bubblewrap) "
    "and permit unprivileged user namespaces."
)

TMP_BYTES = 16 * 1024 * 1024
"""A step's private /tmp."""

_PACKAGE_ROOT = Path(__file__).parents[2]
_INSIDE = "/sandbox"
_MODULES = ("__init__", "sandbox/__init__", "sandbox/protocol", "sandbox/python_child")
_BOOTSTRAP = f"import sys; sys.path.append('{_INSIDE}'); from piecework.sandbox.python_child import main; main()"


def request(source: str, inputs: Any, limits: Limits) -> Frame:
    header = {
        "source": source,
        "cpu": limits.cpu_seconds,
        "memory": limits.memory_mb,
        "output": limits.output_bytes,
        "stdout": limits.stdout_bytes,
    }
    return to_json(header), to_json(inputs)


def bubblewrap_command(interpreter: str) -> list[str]:
    """The command that starts the child: no network, its own processes only, read-only libraries, a small /tmp in memory.

    Raises SandboxUnavailable where there is no ``bwrap`` on the PATH.
    """
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        raise SandboxUnavailable(NEEDS_BUBBLEWRAP)
    return [bubblewrap, *_confinement(), *_file_system(interpreter), "--", interpreter, "-I", "-S", "-X", "utf8", "-c", _BOOTSTRAP]


async def problem(interpreter: str) -> str | None:
    """Why Python steps cannot run here, or None: an empty program is run in their confinement."""
    try:
        command = bubblewrap_command(interpreter)
    except SandboxUnavailable as error:
        return str(error)
    said = await why_not([*command[:-1], ""])
    return None if said == _SUCCESS else f"{NEEDS_BUBBLEWRAP} It does not start here: {said}"


async def why_not(argv: list[str]) -> str:
    """What the command says when it does not start."""
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), timeout=5)
    except TimeoutError:
        process.kill()
        return "it does not answer"
    return said.decode(errors="replace").strip()[:500] or f"exit code {process.returncode}"


_SUCCESS = "exit code 0"


def _confinement() -> list[str]:
    nobody = str(NOBODY)
    return [
        *("--unshare-all", "--unshare-user", "--uid", nobody, "--gid", nobody, "--hostname", "sandbox"),
        *("--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *("--clearenv", "--setenv", "LANG", "C.UTF-8", "--setenv", "HOME", "/tmp", "--setenv", "TZ", "UTC", "--chdir", "/"),  # noqa: S108
    ]


@lru_cache(maxsize=8)
def _file_system(interpreter: str) -> tuple[str, ...]:
    """What the child sees: /usr and the interpreter's prefix read-only, without installed packages; /dev, /tmp; not even /proc."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in ("/lib", "/lib64", "/bin"):
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), name]
        elif path.exists():
            arguments += ["--ro-bind", name, name]
    arguments += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    prefixes = {Path(sys.base_prefix), Path(interpreter).resolve().parents[1]}
    for prefix in sorted(prefixes):
        if not prefix.is_relative_to("/usr"):
            arguments += ["--ro-bind", str(prefix), str(prefix)]
    for packages in _installed_packages(prefixes):
        arguments += ["--tmpfs", packages]
    for module in _MODULES:
        arguments += ["--ro-bind", str(_PACKAGE_ROOT / f"piecework/{module}.py"), f"{_INSIDE}/piecework/{module}.py"]
    return (*arguments, "--dev", "/dev", "--size", str(TMP_BYTES), "--tmpfs", "/tmp", "--remount-ro", "/")  # noqa: S108


def _installed_packages(prefixes: set[Path]) -> list[str]:
    """Folders of packages that somebody installed for the base interpreter: they are none of the step's business."""
    library = Path("lib", f"python{sysconfig.get_python_version()}")
    folders = [prefix / library / name for prefix in prefixes for name in ("site-packages", "dist-packages")]
    return [str(folder) for folder in folders if folder.is_dir()]
