# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people type or paste as the name of a server, taken apart.

Other programs want the encryption and the port in the name (``ssl://host:993``), URLs
hold them (RFC 5092, RFC 2384), and PHP's ``imap_open`` has a notation of its own.

>>> read(" imaps://imap.example.com/ ")
Spelling(host='imap.example.com', port=0, kind='ssl', protocol='imap')
>>> read("tls://mail.example.com:143").kind, read("tls://mail.example.com:993").kind
('starttls', 'ssl')
>>> read("{mail.example.com:995/pop3/ssl/novalidate-cert}INBOX").verified
False
"""

import ipaddress
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

import idna  # type: ignore[import-untyped]

from ..account import SECURITIES
from . import foldername
from .account import PORTS, default_port

#: Scheme -> (protocol, kind of security); "" for what it does not say. ``tls`` is
#: STARTTLS unless the port is one for TLS from the first byte, as PHP's mailers have
#: it; ``tsl`` is its common slip.
SCHEMES = {
    "imap": ("imap", ""),
    "imaps": ("imap", "ssl"),
    "pop": ("pop", ""),
    "pop3": ("pop", ""),
    "pops": ("pop", "ssl"),
    "pop3s": ("pop", "ssl"),
    "ssl": ("", "ssl"),
    "tls": ("", "starttls"),
    "tsl": ("", "starttls"),
    "starttls": ("", "starttls"),
}
#: Pasted from a browser or from the settings for outgoing mail: only the host counts.
OTHER_SCHEMES = ("http", "https", "smtp", "smtps", "submission", "submissions")

#: Port -> (protocol, kind of security); "plain" is STARTTLS or none.
PORT_MEANS = {
    port: (protocol, "ssl" if implicit else "plain")
    for (protocol, implicit), port in PORTS.items()
}

#: Flags of PHP's imap_open -> (protocol, kind, certificate verified).
PHP_FLAGS: dict[str, tuple[str, str, bool | None]] = {
    **dict.fromkeys(["imap", "imap2", "imap2bis", "imap4", "imap4rev1", "service=imap"],
                    ("imap", "", None)),
    **dict.fromkeys(["pop3", "service=pop3"], ("pop", "", None)),
    "ssl": ("", "ssl", None),
    "tls": ("", "starttls", None),
    "notls": ("", "none", None),
    "validate-cert": ("", "", True),
    "novalidate-cert": ("", "", False),
}  # fmt: skip

#: Kind of security -> (not verified, verified); clear text is neither.
KINDS = {
    "none": ("none", "none"),
    "starttls": ("starttls", "starttls_strict"),
    "ssl": ("ssl", "ssl_strict"),
}

_PHP = re.compile(r"\{([^{}/]+)((?:/[^{}]*)?)\}(.*)", re.DOTALL)
_URL = re.compile(r"([a-z][a-z0-9+.-]*):/+(.*)", re.IGNORECASE | re.DOTALL)
#: What stands around a copied name.
_AROUND = " \t\r\n\v\f\u00a0\u200b\ufeff<>\"'`,;"
_HOST = re.compile(r"[\w.-]+")
#: host:993, host : 993, host 993
_COLON = re.compile(r"\s*:\s*|\s+(?=\d+$)")
#: Longer than any host's name with all that may stand around it.
_LONGEST = 1_000
#: Digits of a port that tell whether it is one.
_DIGITS = 6


@dataclass(frozen=True)
class Service:
    """What schemes and ports mean where a certain kind of server is asked for.

    ``others`` are schemes of which only the host counts.
    """

    schemes: Mapping[str, tuple[str, str]]
    others: Collection[str]
    ports: Mapping[int, tuple[str, str]]


MAILBOX = Service(SCHEMES, OTHER_SCHEMES, PORT_MEANS)


@dataclass(frozen=True)
class Spelling:
    """``port`` is 0, ``verified`` None and a text "" where nothing is said.

    ``kind`` is one of ``KINDS``, or "plain" where only the port tells: STARTTLS or
    none. ``folder`` is the name as people read it.
    """

    host: str
    port: int = 0
    kind: str = ""
    protocol: str = ""
    verified: bool | None = field(default=None, repr=False)
    user: str = field(default="", repr=False)
    folder: str = field(default="", repr=False)


def read(text: str, service: Service = MAILBOX) -> Spelling | None:
    """What a server's name says; None for one that nobody can make sense of."""
    text = text[:_LONGEST].strip(_AROUND)
    if php := _PHP.fullmatch(text):
        return _php(service, *php.groups())
    scheme, rest = "", text
    if url := _URL.fullmatch(text):
        scheme, rest = url[1].lower(), url[2]
        if scheme not in service.schemes and scheme not in service.others:
            return None
    place, _slash, path = rest.lstrip("/").partition("/")
    user, _at, place = place.rpartition("@")
    host, port = _host_and_port(place)
    if not host:
        return None
    if scheme in service.others:
        return Spelling(host)
    protocol, kind = service.schemes.get(scheme, ("", ""))
    folder = unquote(path.partition(";")[0]).strip("/") if protocol == "imap" else ""
    return _completed(
        Spelling(
            host,
            port,
            "ssl" if scheme in ("tls", "tsl") and _implicit(port, service) else kind,
            protocol,
            # imap://ann;AUTH=*@host: RFC 5092, 3.2
            user=unquote(user.partition(":")[0].partition(";")[0]),
            folder=folder,
        ),
        service,
    )


def _php(service: Service, place: str, flags: str, folder: str) -> Spelling | None:
    """PHP: "{" host [":" port] ["/" flag]... "}" [folder]"""
    host, port = _host_and_port(place)
    if not host:
        return None
    protocol, kind, verified, user = "", "", None, ""
    for flag in filter(None, flags.split("/")):
        name, _equals, value = flag.partition("=")
        if name.lower() == "user":
            user = value
        says = PHP_FLAGS.get(flag.strip().lower(), ("", "", None))
        protocol, kind = says[0] or protocol, says[1] or kind
        verified = verified if says[2] is None else says[2]
    name = foldername.decode(folder.strip())
    return _completed(
        Spelling(host, port, kind, protocol, verified, user, name), service
    )


def _completed(spelling: Spelling, service: Service) -> Spelling:
    """With what the port says, where nothing else did."""
    protocol, kind = service.ports.get(spelling.port, ("", ""))
    return Spelling(
        spelling.host,
        spelling.port,
        spelling.kind or kind,
        spelling.protocol or protocol,
        spelling.verified,
        spelling.user,
        spelling.folder,
    )


def _implicit(port: int, service: Service) -> bool:
    return service.ports.get(port, ("", ""))[1] == "ssl"


def _host_and_port(place: str) -> tuple[str, int]:
    """("", 0) for what is no host with or without a port. IPv6 addresses with a port
    stand in brackets (RFC 3986, 3.2.2); they are stored without."""
    place = _COLON.sub(":", place.strip())
    inside, bracket, after = place.removeprefix("[").partition("]")
    if bracket or place.count(":") > 1:
        host, colon, port = inside, *after.partition(":")[1:]
        if not _is_ipv6(host) or (after and not colon):
            return "", 0
    else:
        host, colon, port = place.partition(":")
        if not _HOST.fullmatch(host):
            return "", 0
    if port and not (port.isascii() and port.isdigit()):
        return "", 0
    return _as_meant(host.rstrip(".")), int(port.lstrip("0")[:_DIGITS] or 0)


def _as_meant(host: str) -> str:
    """A name that Python's sockets would take for another one (they know the rules of
    2003, RFC 3490, by which faß.de is fass.de) as the rules of today have it: the
    password is for that one."""
    if host.isascii():
        return host
    try:
        today = idna.encode(host, uts46=True)
    except idna.IDNAError:
        return host
    try:
        return host if host.encode("idna") == today else today.decode()
    except UnicodeError:
        return str(today.decode())


def _is_ipv6(host: str) -> bool:
    try:
        ipaddress.IPv6Address(host)
    except ValueError:
        return False
    return True


def settings(
    spelling: Spelling, protocol: str, security: str, user: str = ""
) -> Mapping[str, str | int]:
    """The fields of a mailbox that a spelling sets, by name; the others stay.

    :param protocol: that of the mailbox now; "" for one whose type is not to change
    :param security: its ``connection_security`` now; a certificate that was not
        verified so far is not from now on either, unless the kind changes
    """
    found: dict[str, str | int] = {"server": spelling.host}
    if protocol and spelling.protocol and spelling.protocol != protocol:
        found["server_type"] = protocol = spelling.protocol
    if chosen := security_meant(spelling, security):
        found["connection_security"] = chosen
    if spelling.port:
        found["port"] = spelling.port
    elif {"server_type", "connection_security"} & found.keys():
        kind = protocol or spelling.protocol or "imap"
        found["port"] = default_port(kind, chosen or security)
    if spelling.user and not user:
        found["user"] = spelling.user
    return found


def security_meant(spelling: Spelling, present: str) -> str:
    """The key of ``SECURITIES`` that is meant; "" to leave the present one."""
    verified = SECURITIES[present][2]
    now = kind_of(present)
    kind = spelling.kind
    if kind == "plain":
        # The port is for STARTTLS as for clear text; nobody is pushed into the latter.
        kind = "starttls" if now == "ssl" else now
    kind = kind or (now if spelling.verified is not None else "")
    if not kind:
        return ""
    strict = verified if kind == now else True
    return KINDS[kind][strict if spelling.verified is None else spelling.verified]


def kind_of(security: str) -> str:
    """The key of ``KINDS`` to which one of ``SECURITIES`` belongs."""
    return security.removesuffix("_strict")
