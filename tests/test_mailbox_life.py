# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to mailboxes behind our back: restored, made anew, emptied, read by
somebody. Nothing is lost, nothing comes twice."""

import imaplib
import itertools
import shutil
import ssl
import time

import pytest

from .live import engine, mail

_numbers = itertools.count(1)

BOTH = pytest.mark.parametrize("protocol", ["imap", "pop"])


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        made.alias("sales", "crm.lead")
        yield made


@pytest.fixture
def box(live, stack):
    name = f"life-{next(_numbers)}@demo.example"
    stack.empty(name)
    yield Box(live, stack, name)
    stack.empty(name)


class Box:
    """A mailbox, and what other people do with it."""

    def __init__(self, live, stack, login):
        self.live, self.stack, self.login = live, stack, login
        self.place = stack.maildirs.place(login)
        self.server = None

    def deliver(self, *subjects):
        for subject in subjects:
            raw = mail("sales@demo.example", f"{self.login} {subject}")
            self.stack.deliver(self.login, raw)

    def fetch(self, protocol="imap"):
        if not self.server:
            self.server = self.live.mailbox(protocol, self.login)
        self.live.fetch(self.server)

    def imap(self):
        context = ssl.create_default_context(cafile=self.stack.ca_file)
        port = self.stack.ports["imaps"]
        other = imaplib.IMAP4_SSL(self.stack.host, port, ssl_context=context)
        other.login(self.login, self.stack.password)
        other.select("INBOX")
        return other

    def uidvalidity(self):
        other = self.imap()
        found = other.response("UIDVALIDITY")[1][0]
        other.logout()
        return found

    def read(self, messages="1:*"):
        other = self.imap()
        other.store(messages, "+FLAGS", r"(\Seen)")
        other.logout()

    def remove(self, messages="1:*"):
        other = self.imap()
        other.store(messages, "+FLAGS", r"(\Deleted)")
        other.expunge()
        other.logout()

    def lose_index(self):
        """Dovecot loses its list of UIDs, and counts anew: from the second of now."""
        time.sleep(1.1)
        for path in self.place.glob("dovecot*"):
            path.unlink()

    def lose_all(self):
        """The mailbox is deleted; one that is made anew counts from then."""
        time.sleep(1.1)
        self.stack.remove(self.login)

    def save(self):
        backup = self.place.with_name(f"{self.place.name}.backup")
        shutil.rmtree(backup, ignore_errors=True)
        shutil.copytree(self.place, backup)
        return backup

    def restore(self, backup):
        self.stack.remove(self.login)
        shutil.move(backup, self.place)

    def judge(self, *subjects):
        """Each message is one lead, and all rows beyond that say they are copies."""
        expected = sorted(f"{self.login} {subject}" for subject in subjects)
        found = self.live.ledger(self.server, "subject", "state")
        assert {state for _subject, state in found} <= {"routed", "duplicate"}
        assert sorted(s for s, state in found if state == "routed") == expected
        with self.live.env() as env:
            leads = env["crm.lead"].search([("name", "=like", f"{self.login} %")])
            assert sorted(leads.mapped("name")) == expected


def test_new_uidvalidity_brings_nothing_twice_and_loses_nothing(box):
    box.deliver("one", "two")
    box.fetch()
    before = box.uidvalidity()
    box.deliver("three")
    box.lose_index()
    assert box.uidvalidity() != before
    box.fetch()
    box.deliver("four")
    box.fetch()
    box.judge("one", "two", "three", "four")


def test_new_uidvalidity_and_somebody_has_read_what_is_new(box):
    box.deliver("one")
    box.fetch()
    box.deliver("two")
    box.lose_index()
    box.read()
    box.fetch()
    box.judge("one", "two")


@BOTH
def test_mailbox_that_is_deleted_and_made_anew(box, protocol):
    box.deliver("one", "two")
    box.fetch(protocol)
    box.lose_all()
    box.deliver("three", "four", "five")
    box.fetch(protocol)
    box.deliver("six")
    box.fetch(protocol)
    box.judge("one", "two", "three", "four", "five", "six")


@BOTH
def test_restored_backup_gives_uids_once_more(box, protocol):
    """What came after the backup is gone from the server, and its UIDs are given to
    others."""
    box.deliver("one", "two")
    box.fetch(protocol)
    backup = box.save()
    box.deliver("three", "four")
    box.fetch(protocol)
    box.restore(backup)
    box.deliver("five", "six", "seven")
    box.fetch(protocol)
    box.judge("one", "two", "three", "four", "five", "six", "seven")


def test_restored_backup_with_as_many_new_messages_as_were_lost(box):
    """The highest UID is the same as before: only the messages are others."""
    box.deliver("one")
    box.fetch()
    backup = box.save()
    box.deliver("two", "three")
    box.fetch()
    box.restore(backup)
    box.deliver("four", "five")
    box.fetch()
    box.judge("one", "two", "three", "four", "five")


def test_restored_backup_whose_new_messages_somebody_has_read(box):
    box.deliver("one")
    box.fetch()
    backup = box.save()
    box.deliver("two", "three")
    box.fetch()
    box.restore(backup)
    box.deliver("four")
    box.read()
    box.fetch()
    box.judge("one", "two", "three", "four")


@BOTH
def test_backup_of_before_the_first_fetch(box, protocol):
    box.deliver("one", "two")
    backup = box.save()
    box.fetch(protocol)
    box.restore(backup)
    box.deliver("three")
    box.fetch(protocol)
    box.judge("one", "two", "three")


@BOTH
def test_somebody_empties_the_mailbox(box, protocol):
    box.deliver("one", "two")
    box.fetch(protocol)
    box.remove()
    box.fetch(protocol)
    box.deliver("three")
    box.fetch(protocol)
    box.judge("one", "two", "three")


def test_somebody_removes_some_and_reads_the_others(box):
    box.deliver("one")
    box.fetch()
    box.deliver("two", "three", "four", "five")
    box.remove("1,3")
    box.read("2:3")
    box.fetch()
    box.judge("one", "two", "four", "five")


def test_somebody_marks_all_as_unread(box):
    box.deliver("one", "two")
    box.fetch()
    other = box.imap()
    other.store("1:*", "-FLAGS", r"(\Seen)")
    other.logout()
    box.fetch()
    assert len(box.live.ledger(box.server, "uid")) == 2
    box.judge("one", "two")


def test_somebody_moves_a_message_away_and_back(box):
    box.deliver("one", "two")
    box.fetch()
    other = box.imap()
    other.create("Later")
    other.uid("MOVE", "1", "Later")
    other.select("Later")
    other.uid("MOVE", "1:*", "INBOX")
    other.logout()
    box.fetch()
    box.judge("one", "two")


@pytest.mark.parametrize("after_fetch", ["move", "delete"])
def test_what_is_tidied_up_after_a_restore_is_not_what_came_since(box, after_fetch):
    """The UID of a message that ended well belongs to another one by now, which is to
    be fetched before anything becomes of it."""
    box.deliver("one")
    backup = box.save()
    box.deliver("two")
    box.server = box.live.mailbox(
        "imap", box.login, after_fetch=after_fetch, move_to="Done"
    )
    with box.live.env() as env:
        env["fetchmail.server"].browse(box.server)._fetch_mail()
        env["mail.gateway.incoming"]._process_received()
    box.restore(backup)
    box.deliver("three")
    box.fetch()
    box.judge("one", "two", "three")
