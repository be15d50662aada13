# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whose a From is, and the return path that goes with it."""

import pytest

from odoo.addons.mail_gateway_plus.core.delivery.written import (
    AUTHOR,
    DEFAULT,
    EXPLICIT,
    OUTSIDE,
    Known,
    path_for,
    whose,
)

ANN, HOUSE, PRESS = "ann@h.example", "h@h.example", "press@h.example"
KNOWN = Known(frozenset({ANN}), frozenset({HOUSE}))
STRANGER = Known(frozenset({ANN}), frozenset({HOUSE}), has_author=False)


@pytest.mark.parametrize(
    "address, known, is_marked, found",
    [
        (ANN, KNOWN, False, AUTHOR),
        (ANN.upper(), KNOWN, False, AUTHOR),
        (HOUSE, KNOWN, False, DEFAULT),
        ("", KNOWN, False, DEFAULT),
        ("", KNOWN, True, DEFAULT),
        (PRESS, KNOWN, False, EXPLICIT),
        (PRESS, STRANGER, False, OUTSIDE),
        (ANN, STRANGER, False, AUTHOR),
        (PRESS, STRANGER, True, EXPLICIT),
        (HOUSE, KNOWN, True, EXPLICIT),
        (ANN, KNOWN, True, EXPLICIT),
        (HOUSE, Known(frozenset({HOUSE}), frozenset({HOUSE})), False, DEFAULT),
    ],
)
def test_whose(address, known, is_marked, found):
    assert whose(address, known, is_marked=is_marked) == found


PATHS = {"h.example": "bounce@h.example", "xn--bcher-kva.example": "b@bücher.example"}


@pytest.mark.parametrize(
    "sender, path, found",
    [
        (ANN, "bounce+7@other.example", "bounce+7@h.example"),
        (ANN, "back@other.example", "bounce@h.example"),
        (ANN, "own@mail.h.example", "own@mail.h.example"),
        (ANN, "", ""),
        ("eve@away.example", "bounce@h.example", "bounce@h.example"),
        ("zoe@bücher.example", "bounce+7@h.example", "b+7@bücher.example"),
    ],
)
def test_path_for(sender, path, found):
    assert path_for(sender, path, PATHS) == found
