# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Ranges of addresses: what covers what.

>>> from ipaddress import ip_network as net
>>> covers([net("192.0.2.0/25"), net("192.0.2.128/25")], net("192.0.2.64/26"))
True
>>> count([net("192.0.2.0/25"), net("192.0.2.0/24"), net("2001:db8::/64")])
(256, 18446744073709551616)
"""

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Network,
    collapse_addresses,
    ip_interface,
)

Network = IPv4Network | IPv6Network

EVERYTHING: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


def around(address: str, sizes: tuple[int, int]) -> Network:
    """The range that an address stands for, with the length for its version."""
    size = sizes[":" in address]
    return ip_interface(f"{address}/{size}").network


def collapsed(networks: Iterable[Network]) -> tuple[Network, ...]:
    """The same addresses in as few ranges as can be, IPv4 first."""
    every = list(networks)
    four = [one for one in every if isinstance(one, IPv4Network)]
    six = [one for one in every if isinstance(one, IPv6Network)]
    return (*collapse_addresses(four), *collapse_addresses(six))


def within(network: Network, other: Network) -> bool:
    """Whether every address of ``network`` is one of ``other``."""
    if isinstance(network, IPv4Network):
        return isinstance(other, IPv4Network) and network.subnet_of(other)
    return isinstance(other, IPv6Network) and network.subnet_of(other)


def covers(networks: Iterable[Network], network: Network) -> bool:
    return any(within(network, one) for one in collapsed(networks))


def overlaps(network: Network, networks: Iterable[Network]) -> bool:
    return any(within(network, one) or within(one, network) for one in networks)


def count(networks: Iterable[Network]) -> tuple[int, int]:
    """How many addresses these are: (IPv4, IPv6)."""
    counts = [0, 0]
    for network in collapsed(networks):
        is_six = not isinstance(network.network_address, IPv4Address)
        counts[is_six] += network.num_addresses
    return counts[0], counts[1]
