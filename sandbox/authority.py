# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A certificate authority for one run, and the servers' certificates."""

import datetime
import ipaddress
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = datetime.timedelta(days=365)
HOST, ADDRESS = "localhost", ipaddress.ip_address("127.0.0.1")


def known_host() -> str:
    """The name in the certificates; its address where the machine has no such name,
    as in a bare system without namespaces."""
    try:
        socket.getaddrinfo(HOST, None)
    except socket.gaierror:
        return str(ADDRESS)
    return HOST


@dataclass(frozen=True)
class Certificates:
    """PEM files. A chain file holds key and certificate, in this order."""

    ca: Path
    server: Path
    key: Path
    chain: Path
    selfsigned: Path


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_authority: bool,
) -> bytes:
    """Newer Pythons verify strictly: key usage and both identifiers must be there."""
    now = datetime.datetime.now(datetime.timezone.utc)
    build = (
        x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        .add_extension(_usage(is_authority), critical=True)
    )
    for extension in _extensions(key, issuer_key, is_authority):
        build = build.add_extension(extension, critical=False)
    signed = build.sign(issuer_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def _extensions(
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    is_authority: bool,
) -> list[x509.ExtensionType]:
    identifiers: list[x509.ExtensionType] = [
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
    ]
    if is_authority:
        return identifiers
    names = [x509.DNSName(HOST), x509.IPAddress(ADDRESS)]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    return [*identifiers, x509.SubjectAlternativeName(names), usage]


def _usage(is_authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def issue(folder: Path) -> Certificates:
    """New keys for each run: nothing expires, and no key is worth stealing."""
    folder.mkdir(parents=True, exist_ok=True)
    ca_key, key, own_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    ca_name = "Mail Gateway Plus tests"
    ca = _certificate(ca_name, ca_key, ca_name, ca_key, is_authority=True)
    server = _certificate(HOST, key, ca_name, ca_key, is_authority=False)
    own = _certificate(HOST, own_key, HOST, own_key, is_authority=False)
    contents = {
        "ca": ca,
        "server": server,
        "key": _pem(key),
        "chain": _pem(key) + server,
        "selfsigned": _pem(own_key) + own,
    }
    for name, content in contents.items():
        (folder / f"{name}.pem").write_bytes(content)
    return at(folder)


def at(folder: Path) -> Certificates:
    """What `issue` has left in `folder`."""
    names = ("ca", "server", "key", "chain", "selfsigned")
    return Certificates(*(folder / f"{name}.pem" for name in names))
