"""Whether Python code steps can run on this machine. Where they cannot, the tests assert that they are refused, and how."""

import shutil
import subprocess
from functools import cache


@cache
def bubblewrap_works() -> bool:
    """Whether bubblewrap is installed and may make the namespaces that it needs."""
    bubblewrap = shutil.which("bwrap")
    if bubblewrap is None:
        return False
    trial = subprocess.run([bubblewrap, "--unshare-all", "--ro-bind", "/", "/", "true"], check=False, capture_output=True)
    return trial.returncode == 0
