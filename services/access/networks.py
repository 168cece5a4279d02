"""Networks that a token may be used from: read from what people type, and matched.

An IPv4 address that reaches us inside IPv6 (`::ffff:203.0.113.9`) is the same address.
Which address a request came from is the door's to say; names are never looked up.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from services.errors import Invalid
from services.origin import shorten

MOST_NETWORKS: Final = 50

_MAPPED_BITS: Final = 96
"""Of an IPv6 network, before the IPv4 address that is mapped into it."""

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def read(texts: Iterable[str], attribute: str = "allowed_addresses") -> list[str]:
    """The networks in CIDR notation, each once, in the order they were given.

    A single address becomes a network of one. Raises `Invalid` for what is no network,
    for one with host bits, and for more than `MOST_NETWORKS`.
    """
    given = [text.strip() for text in texts]
    networks = list(dict.fromkeys(str(_network(text, attribute)) for text in given))
    if len(networks) > MOST_NETWORKS:
        raise Invalid(
            attribute,
            f"{len(networks)} networks are given, and at most {MOST_NETWORKS} are "
            "kept. Give larger networks, or fewer.",
        )
    return networks


def _network(text: str, attribute: str) -> Network:
    try:
        # A zone, as in fe80::1%eth0, means something on one machine alone.
        if "%" in text or not text.isascii():
            raise ValueError(text)
        found = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise Invalid(
            attribute,
            f'"{shorten(text)}" is not an IP address or network. Write one such as '
            "203.0.113.7 or 203.0.113.0/24.",
        ) from error
    if ipaddress.ip_interface(text).ip != found.network_address:
        raise Invalid(
            attribute,
            f'"{shorten(text)}" names an address inside the network {found}. Write '
            f"{found} for the whole network, or {text.partition('/')[0]} for the one "
            "address.",
        )
    return _unmapped(found)


def _unmapped(network: Network) -> Network:
    if isinstance(network, ipaddress.IPv4Network):
        return network
    inner = network.network_address.ipv4_mapped
    if inner is None or network.prefixlen < _MAPPED_BITS:
        return network
    return ipaddress.IPv4Network((inner, network.prefixlen - _MAPPED_BITS))


def contain(networks: Sequence[str], address: str) -> bool:
    """Whether an address lies in one of the networks.

    What is no address lies in none of them, such as the far end of a local socket.
    """
    found = _address(address)
    if found is None:
        return False
    return any(found in network for network in _parsed(tuple(networks)))


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


@lru_cache(maxsize=1_000)
def _parsed(networks: tuple[str, ...]) -> tuple[Network, ...]:
    """Kept, since the same token asks again and again."""
    return tuple(ipaddress.ip_network(network) for network in networks)
