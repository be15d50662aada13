# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
r"""Text records as a zone holds them: strings of up to 255 octets (RFC 1035, 3.3).

>>> [len(one) for one in strings("v=spf1 " + "ip4:192.0.2.1 " * 30 + "-all")]
[245, 186]
>>> quoted('a "b" c')
'"a \\"b\\" c"'
"""

MOST = 255


def strings(text: str) -> tuple[str, ...]:
    """The text in as many pieces as it needs, cut behind a blank where there is one,
    for the pieces are read as one, with nothing between them (RFC 7208, 3.3)."""
    pieces = []
    while len(text) > MOST:
        cut = text.rfind(" ", 0, MOST) + 1 or MOST
        pieces.append(text[:cut])
        text = text[cut:]
    return (*pieces, text)


def quoted(text: str) -> str:
    """As it stands in a zone file (RFC 1035, 5.1)."""
    escaped = (
        piece.replace("\\", "\\\\").replace('"', '\\"') for piece in strings(text)
    )
    return " ".join(f'"{piece}"' for piece in escaped)
