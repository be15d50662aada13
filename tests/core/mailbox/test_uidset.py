# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.mailbox import uidset

UIDS = st.sets(st.integers(1, 2**32 - 1), max_size=40)


@given(UIDS)
def test_what_is_dumped_is_loaded(uids):
    assert uidset.load(uidset.dump(uids)) == uids


@given(st.integers(1, 1000), st.integers(0, 1000))
def test_a_run_is_one_range(first, more):
    text = uidset.dump(range(first, first + more + 1))
    assert text == (f"{first}:{first + more}" if more else f"{first}")


def test_nothing_is_empty():
    assert uidset.dump([]) == ""
    assert uidset.load("") == set()


@given(UIDS, st.integers(12, 60))
def test_pieces_are_short_and_whole(uids, longest):
    pieces = list(uidset.pieces(uids, longest))
    assert all(len(piece) <= max(longest, 21) for piece in pieces)
    assert set().union(*map(uidset.load, pieces)) == uids
