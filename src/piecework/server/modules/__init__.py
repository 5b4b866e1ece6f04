"""The server's modules. Each has the same files, each only where it is needed:

`endpoints.py` routes · `jobs.py` background work · `service.py` what the module can do · `_repository.py` its statements ·
`models.py` its tables · `schemas.py` what travels · `errors.py`. Only a service speaks to its repository; modules speak to each
other's services.
"""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from sqlalchemy import MetaData

from piecework.server.kernel.db import metadata


def load_all_tables() -> MetaData:
    """Imports every module's models and returns the metadata that all their tables are on."""
    for module in iter_modules(__path__, prefix=f"{__name__}."):
        if find_spec(f"{module.name}.models"):
            import_module(f"{module.name}.models")
    return metadata
