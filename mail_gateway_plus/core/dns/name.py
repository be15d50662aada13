# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of domains (RFC 1035, 2.3.4).

>>> is_name("_spf.h.example."), is_name("h..example"), is_name("a" * 64 + ".example")
(True, False, False)
>>> shortened("aa.bb.cc", 6), parents("a.h.example")
('bb.cc', ['h.example', 'example'])
>>> is_within("a.h.example", "H.example."), is_within("ah.example", "h.example")
(True, False)
"""

import ipaddress

MAX_NAME, MAX_LABEL = 253, 63

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


def plain(name: str) -> str:
    """As names are compared: lower case, without the dot of the root."""
    return name.removesuffix(".").lower()


def is_name(name: str) -> bool:
    """Whether it can be asked for."""
    text = name.removesuffix(".")
    labels = text.split(".")
    return len(text) <= MAX_NAME and all(0 < len(one) <= MAX_LABEL for one in labels)


def is_full_name(name: str) -> bool:
    """Whether it can be a domain that mail is sent from: more than one label, and no
    address in brackets (RFC 7208, 4.3)."""
    return is_name(name) and "." in name.removesuffix(".") and not name.startswith("[")


def shortened(name: str, most: int = MAX_NAME) -> str:
    """Without as many labels from the left as are too many (RFC 7208, 7.3)."""
    while len(name) > most and "." in name:
        name = name.partition(".")[2]
    return name


def parents(name: str) -> list[str]:
    """From the nearest to that of one label."""
    labels = plain(name).split(".")
    return [".".join(labels[number:]) for number in range(1, len(labels))]


def is_within(name: str, domain: str) -> bool:
    """Whether ``name`` is the domain or below it."""
    name, domain = plain(name), plain(domain)
    return name == domain or name.endswith(f".{domain}")


def reverse_name(ip: IP) -> str:
    """Where the names of an address stand (RFC 1035, 3.5; RFC 3596, 2.5)."""
    return ip.reverse_pointer


def address_of(text: str) -> IP | None:
    """An address; one of IPv4 written as IPv6 counts as IPv4 (RFC 7208, 5)."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if ip.version == 6 else None
    return mapped or ip
