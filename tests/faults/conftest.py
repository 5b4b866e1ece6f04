"""The fault tests start servers as the end-to-end tests do."""

from tests.e2e.conftest import start_server

__all__ = ["start_server"]
