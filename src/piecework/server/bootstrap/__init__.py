"""Puts the server together: the only place that binds ports to adapters and services to each other.

Each file builds one group of what lives as long as the server, out of the groups before it: `foundation`, `accounts`, `execution`, `flows`,
`secrets`, `machinery`. `container` puts the groups together, `serving` starts and stops them.
"""

from piecework.server.bootstrap.container import Container, build_container
from piecework.server.bootstrap.foundation import database_url
from piecework.server.bootstrap.serving import build_app, running, serve

__all__ = ["Container", "build_app", "build_container", "database_url", "running", "serve"]
