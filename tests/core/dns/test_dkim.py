# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import random

import pytest

from odoo.addons.mail_gateway_plus.core.dns import der, dkim, dkim_key, dkim_signature

from .zone import TIMEOUT, Zone

D = "h.example"
NAME = f"s._domainkey.{D}"

#: The keys that the examples of the two RFCs are verified with.
RFC6376 = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYt"
    "IxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0"
    "fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
)
RFC8463_RSA = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bd"
    "OKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4h"
    "stT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
)
ED25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="


def value(kind, content):
    size = len(content)
    if size < 128:
        return bytes([kind, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([kind, 0x80 | len(length)]) + length + content


def rsa(bits, wrapped=True):
    """A key of so many bits, in base64, as good as any for its size."""
    modulus = (1 << (bits - 1)) | random.Random(bits).getrandbits(bits - 1) | 1
    number = modulus.to_bytes(bits // 8 + 1, "big")
    key = value(0x30, value(0x02, number) + value(0x02, b"\1\0\1"))
    if wrapped:
        algorithm = value(0x30, value(0x06, der._RSA) + value(0x05, b""))
        key = value(0x30, algorithm + value(0x03, b"\0" + key))
    return base64.b64encode(key).decode()


@pytest.mark.parametrize(
    "header, name, record, kind, bits",
    [
        ("v=1; a=rsa-sha256; s=brisbane; d=example.com;\r\n c=simple/simple; q=dns/txt;"
         " i=joe@football.example.com;\r\n h=Received : From : To; bh=x; b=y",
         "brisbane._domainkey.example.com", f"v=DKIM1; p={RFC6376}", "rsa", 1024),
        ("v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com;"
         " i=@football.example.com;\r\n q=dns/txt; s=brisbane; t=1528637909; b=y",
         "brisbane._domainkey.football.example.com",
         f"v=DKIM1; k=ed25519; p={ED25519}", "ed25519", 256),
        ("v=1; a=rsa-sha256; c=relaxed/relaxed; d=football.example.com; s=test; b=y",
         "test._domainkey.football.example.com",
         f"v=DKIM1; k=rsa; p={RFC8463_RSA}", "rsa", 1024),
    ],
)  # fmt: skip
def test_examples_of_the_rfcs(header, name, record, kind, bits):
    signature = dkim_signature.parsed(header)
    assert signature.name == name
    assert signature.algorithm == f"{kind}-sha256"
    found = selector({name: {"TXT": [record]}}, signature.domain, signature.selector)
    assert (found.key.kind, found.key.bits, found.key.problem) == (kind, bits, "")


def selector(records, domain=D, label="s"):
    return Zone(records).decide(lambda book: dkim.selector(book, domain, label))


def codes(records):
    return [one.code.removeprefix("dkim_") for one in selector(records).findings]


def key(text):
    return {NAME: {"TXT": [text]}}


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize("bits", [512, 768, 1024, 1536, 2048, 3072, 4096, 8192])
def test_size_of_rsa(bits, wrapped):
    assert dkim_key.parsed(f"p={rsa(bits, wrapped)}").bits == bits


@pytest.mark.parametrize(
    "text, expected",
    [
        (f"v=DKIM1; k=rsa; p={rsa(2048)}", ["ok"]),
        (f"p={rsa(2048)}", ["ok"]),
        (f"v=DKIM1;k=ed25519;p={ED25519};", ["ok"]),
        (f"v=DKIM1; h=sha1:sha256; s=email:other; t=s; n=x; p={rsa(2048)}", ["ok"]),
        (f"v=DKIM1; p={rsa(2048)[:200]} \r\n {rsa(2048)[200:]}", ["ok"]),
        (f"v=DKIM1; p={RFC6376}", ["weak"]),
        (f"v=DKIM1; t=y; p={RFC6376}", ["weak", "test"]),
        (f"v=DKIM1; t=s:y; p={rsa(2048)}", ["test"]),
        (f"v=DKIM1; p={rsa(768)}", ["short"]),
        (f"v=DKIM1; p={rsa(8192)}", ["long"]),
        ("v=DKIM1; p=", ["revoked"]),
        ("v=DKIM1; p=;", ["revoked"]),
        ("v=DKIM1; k=rsa", ["no_key"]),
        (f"v=DKIM2; p={rsa(2048)}", ["version"]),
        (f"k=rsa; v=DKIM1; p={rsa(2048)}", ["version"]),
        (f"v=DKIM1; k=dsa; p={rsa(2048)}", ["kind"]),
        (f"v=DKIM1; k=rsa; p={ED25519}", ["damaged"]),
        (f"v=DKIM1; k=ed25519; p={RFC6376}", ["damaged"]),
        (f"v=DKIM1; p={RFC6376[:-9]}", ["damaged"]),
        (f"v=DKIM1; p={RFC6376[:-8]}", ["damaged"]),
        ("v=DKIM1; p=-----BEGIN PUBLIC KEY-----", ["damaged"]),
        ("v=DKIM1; k=ed25519; p=" + base64.b64encode(bytes(44)).decode(), ["wrapped"]),
        (f"v=DKIM1; p={RFC6376}; p={RFC6376}", ["syntax"]),
        (f"v=DKIM1 k=rsa p={RFC6376}", ["version"]),
        (f"v=DKIM1; rsa; p={RFC6376}", ["syntax"]),
        (f"v=DKIM1; s=tlsrpt; p={rsa(2048)}", ["service"]),
        (f"v=DKIM1; h=sha1; p={rsa(2048)}", ["hash"]),
        ("v=spf1 -all", ["missing"]),
    ],
)
def test_findings(text, expected):
    assert codes(key(text)) == expected


def test_several_keys_are_none():
    found = selector({NAME: {"TXT": [f"p={RFC6376}", f"p={RFC8463_RSA}"]}})
    assert found.key is None
    assert [one.code for one in found.findings] == ["dkim_several"]


def test_other_text_beside_a_key_does_not_count():
    assert codes({NAME: {"TXT": ["verification=1", f"p={rsa(2048)}"]}}) == ["ok"]


def test_key_behind_aliases():
    found = selector({
        NAME: {"CNAME": ["a.provider.example."]},
        "a.provider.example": {"CNAME": ["B.provider.example"]},
        "b.provider.example": {"TXT": [f"p={rsa(2048)}"]},
    })  # fmt: skip
    assert found.chain.names == ("a.provider.example", "b.provider.example")
    assert [one.code for one in found.findings] == ["dkim_ok"]


@pytest.mark.parametrize(
    "records, expected",
    [
        ({}, "missing"),
        ({NAME: TIMEOUT}, "unchecked"),
        ({NAME: {"CNAME": ["gone.example"]}}, "alias_lost"),
        ({NAME: {"CNAME": ["t.example"]}, "t.example": TIMEOUT}, "unchecked"),
        ({NAME: {"CNAME": [NAME]}}, "alias_loop"),
        ({NAME: {"CNAME": ["a.example"]}, "a.example": {"CNAME": [NAME.upper()]}},
         "alias_loop"),
        ({NAME: {"CNAME": ["0.example"]},
          **{f"{n}.example": {"CNAME": [f"{n + 1}.example"]} for n in range(99)}},
         "alias_loop"),
    ],
)  # fmt: skip
def test_what_is_not_there(records, expected):
    assert codes(records) == [expected]


def test_where_an_alias_leads_is_named():
    (finding,) = selector({NAME: {"CNAME": ["gone.example."]}}).findings
    assert (finding.params["name"], finding.params["target"]) == (NAME, "gone.example")


@pytest.mark.parametrize("size", [0, 1, 50, 98, 99, 100])
def test_damaged_bytes_are_no_key(size):
    data = base64.b64decode(RFC6376)
    assert der.rsa_bits(data[:size]) == 0
    draw = random.Random(size)
    for _round in range(300):
        der.rsa_bits(draw.randbytes(size))
        place = draw.randrange(len(data))
        der.rsa_bits(data[:place] + draw.randbytes(1) + data[place + 1 :])


@pytest.mark.parametrize("text", ["p=" + "A" * 2**20, ";" * 2**20, "v=DKIM1;" * 2**17])
def test_megabyte_of_text_ends(text):
    assert dkim_key.parsed(text).problem


@pytest.mark.parametrize(
    "header", ["", "d=h.example", "s=a", "d=h..x; s=a", "d=h; s=.."]
)
def test_signature_without_a_key(header):
    assert dkim_signature.parsed(header) is None
