# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.mail_gateway_plus.core.mailbox.listing import (
    Entry,
    FolderState,
    batches,
    criteria,
    looked,
)

KNOWN = FolderState(
    uidvalidity="7",
    last_uid=10,
    pending=frozenset({4, 5}),
    unacknowledged=frozenset({3}),
)


def test_first_look_asks_for_unseen_only():
    assert criteria(FolderState(), "7", 10) == "UNSEEN"


def test_later_looks_ask_for_whatever_came_since():
    assert criteria(KNOWN, "7", 12) == "OR UNSEEN UID 11:12"


def test_nothing_since_is_not_asked_for():
    """RFC 3501: "11:*" would also find 10 when 10 is the highest."""
    assert criteria(KNOWN, "7", 10) == "UNSEEN"


def test_new_uidvalidity_is_a_first_look():
    assert criteria(KNOWN, "8", 3) == "UNSEEN"
    state = looked(KNOWN, "8", highest_uid=3, found=[2])
    assert state == FolderState(uidvalidity="8", last_uid=3, pending=frozenset({2}))


def test_message_read_by_somebody_stays_pending():
    state = looked(KNOWN, "7", highest_uid=12, found=[11, 12])
    assert state.pending == {4, 5, 11, 12}
    assert state.last_uid == 12
    assert looked(state, "7", 12, found=[]).pending == {4, 5, 11, 12}


def test_what_is_gone_is_no_longer_pending():
    assert KNOWN.gone(["4"]).pending == {5}


def test_old_unread_message_is_not_pending():
    """It is fetched while it is unread; who reads it takes it out again."""
    assert looked(KNOWN, "7", 10, found=[2]).pending == KNOWN.pending


def test_stored_waits_for_its_acknowledgement():
    state = KNOWN.stored(["4", "9"])
    assert (state.pending, state.unacknowledged) == ({5}, {3, 4, 9})
    assert state.acknowledged().unacknowledged == frozenset()


def test_pop_has_no_state_to_keep():
    state = FolderState()
    assert state.stored(["a-word"]) == state
    assert state.gone(["a-word"]) == state


ENTRIES = st.lists(st.builds(Entry, st.just("u"), st.integers(0, 100)), max_size=30)


@given(ENTRIES, st.integers(1, 5), st.integers(1, 150))
def test_batches_keep_all_in_order_and_within_bounds(entries, count, size):
    made = list(batches(entries, count, size))
    assert [entry for batch in made for entry in batch] == entries
    for batch in made:
        assert 1 <= len(batch) <= count
        assert len(batch) == 1 or sum(entry.size for entry in batch) <= size
