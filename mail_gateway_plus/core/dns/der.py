# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How many bits an RSA key has, by what its bytes say (X.690; RFC 8017, A.1).

A library that knows all of this would need C; a modulus is the first integer that such
a key has.

>>> rsa_bits(bytes.fromhex("3008 0204 00ff0001 0201 03"))
0
>>> rsa_bits(bytes.fromhex("3009 0204 00ff0001 0201 03"))
24
"""

_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
#: rsaEncryption, 1.2.840.113549.1.1.1, as it is encoded.
_RSA = bytes.fromhex("2a864886f70d010101")


class _Malformed(ValueError):
    pass


def rsa_bits(der: bytes) -> int:
    """The length of the modulus in bits; 0 for what is no RSA key.

    Both forms are taken: the key alone (RFC 6376, 3.6.1) and, as everyone publishes
    it, the key with its algorithm around it (RFC 5280, 4.1.2.7).
    """
    try:
        content, rest = _taken(der, _SEQUENCE)
        if rest:
            return 0
        if content[:1] == bytes([_SEQUENCE]):
            content = _unwrapped(content)
        modulus, exponent = _taken(content, _INTEGER)
        _taken(exponent, _INTEGER)
    except _Malformed:
        return 0
    return int.from_bytes(modulus, "big").bit_length()


def _unwrapped(content: bytes) -> bytes:
    algorithm, key = _taken(content, _SEQUENCE)
    if _RSA not in algorithm:
        raise _Malformed
    bits, _rest = _taken(key, _BITS)
    # The first byte tells how many bits of the last are not used.
    return _taken(bits[1:], _SEQUENCE)[0]


def _taken(data: bytes, kind: int) -> tuple[bytes, bytes]:
    """(content, what comes after) of a value of this kind; raises _Malformed."""
    if len(data) < 2 or data[0] != kind:
        raise _Malformed
    size, begin = data[1], 2
    if size & 0x80:
        begin += size & 0x7F
        size = int.from_bytes(data[2:begin], "big")
    if len(data) < begin + size:
        raise _Malformed
    return data[begin : begin + size], data[begin + size :]
