# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest

from odoo.addons.mail_gateway_plus.core.delivery.consistency import (
    CODES,
    Fields,
    findings,
)

ANN, BOUNCE = "ann@h.example", "bounce+7@h.example"

TABLE = [
    (Fields(ANN, BOUNCE, message_id="<1@h.example>"), ()),
    (Fields(ANN, "bounce@m.h.example", message_id="<1@erp.h.example>"), ()),
    (Fields(ANN, "bounce@mailer.example"), ("unaligned",)),
    (Fields(ANN, ""), ()),
    (Fields(ANN, BOUNCE, added="erp@h.example"), ()),
    (Fields(ANN, BOUNCE, added="erp@other.example"), ("foreign_sender",)),
    (Fields(ANN, BOUNCE, message_id="<1@localhost>"), ("message_id",)),
    (Fields(ANN, BOUNCE, message_id="<odd>"), ()),
    (Fields("zoe@bücher.example", "b@xn--bcher-kva.example"), ()),
    (Fields("ANN@H.Example", BOUNCE), ()),
    (Fields("ann@h.co.uk", "b@other.co.uk"), ("unaligned",)),
    (Fields("", "b@other.example"), ("unaligned",)),
]


@pytest.mark.parametrize("fields, expected", TABLE)
def test_what_does_not_go_together(fields, expected):
    found = [one.code.removeprefix("identity_") for one in findings(fields)]
    assert found == [*expected]


@pytest.mark.parametrize("covered, expected", [(True, 0), (None, 0), (False, 1)])
def test_return_path_whose_spf_does_not_cover_the_server(covered, expected):
    found = findings(Fields(ANN, BOUNCE), covers=lambda _domain: covered)
    assert len(found) == expected
    assert {one.subject for one in found} <= {"h.example"}


def test_all_codes_come():
    fields = Fields(ANN, "b@x.example", "e@y.example", "<1@z.example>")
    found = findings(fields, covers=lambda _domain: False)
    assert {one.code for one in found} == CODES
