"""Where the threads of the host may connect to under ``AP_NETWORK_MODE=STRICT``: what ``node/egress.cjs`` is told.

The networks are IANA's special-purpose registries (RFC 6890 and its updates): what ``ipaddress.is_global`` denies, plus multicast and
reserved ranges. IPv6 addresses that stand for an IPv4 one (6to4, NAT64, Teredo; Node itself unwraps mapped ones) are refused with it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_REFUSED_V4 = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
_REFUSED_V6 = (
    "::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
    "ff00::/8",
)  # fmt: skip
_NAT64 = int(ipaddress.IPv6Address("64:ff9b::"))
_SIX_TO_FOUR = int(ipaddress.IPv6Address("2002::"))


@dataclass(frozen=True, slots=True)
class Egress:
    """Restricts a host to public addresses. ``allow`` holds host names, addresses and networks (CIDR) that are always fine."""

    allow: tuple[str, ...] = ()

    def as_wire(self) -> dict[str, Any]:
        """What a thread is told."""
        networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        hosts: list[str] = []
        for entry in (item.strip().lower() for item in self.allow):
            try:
                networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                hosts.append(entry.rstrip("."))
        return {"refused": _subnets(_refused()), "allowed": _subnets(networks), "allowedHosts": hosts}


def _refused() -> Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    for text in _REFUSED_V4:
        network = ipaddress.IPv4Network(text)
        yield network
        address = int(network.network_address)
        yield ipaddress.IPv6Network((_NAT64 + address, 96 + network.prefixlen))
        yield ipaddress.IPv6Network((_SIX_TO_FOUR + (address << 80), 16 + network.prefixlen))
    yield from map(ipaddress.IPv6Network, _REFUSED_V6)


def _subnets(networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> list[list[Any]]:
    return [[str(network.network_address), network.prefixlen, f"ipv{network.version}"] for network in networks]
