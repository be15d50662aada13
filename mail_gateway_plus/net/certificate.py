# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the certificate of a connection says, whether it is trusted or not."""

import ssl
import time
from datetime import timezone
from typing import Any

#: As much as a person wants to read; some certificates hold a hundred names.
_NAMES = 8
_DAY_S = 86_400


def facts(sock: Any) -> dict[str, str]:
    """``version`` of TLS, and of the certificate: ``subject``, ``issuer``, ``names``,
    ``until`` (a date) and ``days`` left, negative once it has expired.

    :param sock: an encrypted one
    """
    der = sock.getpeercert(binary_form=True)
    found = {"version": sock.version() or ""}
    return {**found, **described(der)} if der else found


def of(sock: Any) -> dict[str, str]:
    """``facts`` of a socket that may not be encrypted: empty then."""
    return facts(sock) if isinstance(sock, ssl.SSLSocket) else {}


def described(der: bytes) -> dict[str, str]:
    """The certificate's part of ``facts``; empty for one that cannot be read.

    ``ssl`` takes apart only certificates that it has verified, and those are the least
    interesting here. The package comes with Odoo, not with a bare Python.
    """
    from cryptography import x509

    try:
        return _read(x509.load_der_x509_certificate(der))
    except ValueError:  # TLS took it, and whether it is right is not asked here
        return {}


def _read(certificate: Any) -> dict[str, str]:
    end = _end(certificate)
    return {
        "subject": _name(certificate.subject),
        "issuer": _name(certificate.issuer),
        "names": ", ".join(_names(certificate)),
        "until": time.strftime("%Y-%m-%d", time.gmtime(end)),
        "days": str(int((end - time.time()) // _DAY_S)),
    }


def _end(certificate: Any) -> float:
    """The end of its validity, in seconds since 1970."""
    # The first one came with cryptography 42.
    end = getattr(certificate, "not_valid_after_utc", None)
    end = end or certificate.not_valid_after.replace(tzinfo=timezone.utc)
    return float(end.timestamp())


def _name(name: Any) -> str:
    """The common name, else the organisation, else all of it."""
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)
    return str(name.rfc4514_string())


def _names(certificate: Any) -> list[str]:
    from cryptography import x509

    try:
        kind = x509.SubjectAlternativeName
        found = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return []
    names = [str(one.value) for one in found]
    return names[:_NAMES] + ["…"] * (len(names) > _NAMES)
