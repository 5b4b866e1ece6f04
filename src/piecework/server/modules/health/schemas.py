"""What travels about health."""

from typing import Literal

from typing_extensions import TypedDict


class Health(TypedDict):
    """Whether the server can do its work."""

    status: Literal["Healthy", "Unhealthy"]


class SystemHealth(TypedDict):
    """Whether the machine has what the server wants: processor, disk, memory."""

    cpu: bool
    disk: bool
    ram: bool
