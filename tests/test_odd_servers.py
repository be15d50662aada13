# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Servers with ways of their own: what they have is fetched all the same."""

from dataclasses import replace

import pytest

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.mailbox.listing import FolderState
from odoo.addons.mail_gateway_plus.net import pop as net_pop
from odoo.addons.mail_gateway_plus.net.mailbox import open_session
from odoo.addons.mail_gateway_plus.net.refusal import Refusal

from . import scripted
from .test_net import QUICK, account, refusal_of

SELECTED = (
    "* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 4] x\r\n* 3 EXISTS\r\nTAG OK{} done\r\n"
)


def imap(**answers):
    """A folder with three messages; keywords are commands, "_" their blanks."""
    return scripted.imap(
        answers={
            "SELECT": SELECTED.format(""),
            "UID SEARCH": "* SEARCH 1 2 3\r\nTAG OK done\r\n",
            "UID FETCH": "".join(
                f'* {n} FETCH (UID {n} RFC822.SIZE {n}0 INTERNALDATE "01-Jan-2026'
                ' 00:00:00 +0000")\r\n'
                for n in (1, 2, 3)
            )
            + "TAG OK done\r\n",
            **{name.replace("_", " "): said for name, said in answers.items()},
        }
    )


def looked(script, protocol="imap"):
    """What a look finds, and what the server says of it."""
    with scripted.server(script) as server:
        session = open_session(account(server.port, protocol), QUICK)
        look = session.look(FolderState())
        entries = session.sizes(look.found)
        session.close()
    return look, entries


def test_folder_that_may_only_be_read_is_fetched():
    look, entries = looked(imap(SELECT=SELECTED.format(" [READ-ONLY]")))
    assert look.exists == 3
    assert [entry.uid for entry in entries] == ["1", "2", "3"]


def test_crowded_folder_is_listed_in_one_line():
    """Some ten thousand unseen messages make a line that imaplib takes for a fault."""
    uids = range(10_000_000, 10_200_000)
    listed = " ".join(map(str, uids))
    script = imap(UID_SEARCH=f"* SEARCH {listed}\r\nTAG OK done\r\n")
    with scripted.server(script) as server:
        session = open_session(account(server.port), QUICK)
        look = session.look(FolderState())
        session.close()
    assert len(look.found) == len(uids)


@pytest.mark.parametrize(
    "arrived",
    [
        "00-Jan-0000 00:00:00 +0000",
        "01-Foo-2026 00:00:00 +0000",
        "31-Dec-1969 23:59:59 +0000",
    ],
)
def test_impossible_date_stands_in_nobodys_way(arrived):
    lines = [
        f'* {n} FETCH (UID {n} RFC822.SIZE {n}0 INTERNALDATE "{date}")\r\n'
        for n, date in ((1, arrived), (2, "01-Jan-2026 00:00:00 +0000"))
    ]
    _look, entries = looked(imap(UID_FETCH="".join([*lines, "TAG OK done\r\n"])))
    assert [entry.size for entry in entries] == [10, 20]
    assert entries[0].mark != entries[1].mark


def test_message_that_cannot_be_measured_hides_no_other():
    """Some servers put a message together to measure it, and fail with a few."""
    refused = "TAG NO it could not be converted\r\n"
    sizes = {
        f"UID FETCH {n}": f"* {n} FETCH (UID {n} RFC822.SIZE {n}0)\r\nTAG OK done\r\n"
        for n in (1, 3)
    }
    _look, entries = looked(imap(UID_FETCH=refused, **sizes))
    assert [(entry.uid, entry.size) for entry in entries] == [
        ("1", 10),
        ("2", 0),
        ("3", 30),
    ]


def pop(uidl, listed="1 10\r\n2 20\r\n3 30\r\n", **answers):
    return scripted.pop(
        {
            "UIDL": f"+OK\r\n{uidl}.\r\n",
            "LIST": f"+OK\r\n{listed}.\r\n",
            "TOP": "+OK\r\nSubject: x\r\n\r\n.\r\n",
            **answers,
        }
    )


@pytest.mark.parametrize(
    "uidl",
    [
        # RFC 1939, 7: a server may make it of the content, and copies are alike.
        "1 same\r\n2 same\r\n3 other\r\n",
        "1 same\r\n2 same\r\n3 same#2\r\n",
        "1 \xe4\r\n2 \xf6\r\n3 \0\r\n",
        "1 a b\r\n2 a\tb\r\n3 a  b\r\n",
        "1 a\r\n2\r\n3 \r\n",
        f"1 {'a' * 4_000}\r\n2 {'a' * 4_000}b\r\n3 c\r\n",
    ],
    ids=["copies", "clash", "octets", "blanks", "missing", "long"],
)
def test_each_message_of_a_pop_server_has_a_name(uidl):
    looks = [looked(pop(uidl), "pop") for _again in range(2)]
    assert looks[0] == looks[1], "the same at each look"
    look, entries = looks[0]
    assert look.exists == 3
    assert [entry.size for entry in entries] == [10, 20, 30]
    # They stand in a list that blanks separate, and in an index of the database.
    for uid in look.found:
        assert uid.isascii() and uid.isprintable() and " " not in uid
        assert len(uid) < 100


def test_uidl_that_fails_once_gives_no_message_another_name():
    """Else all of them would be fetched again under that name."""
    script = pop(
        "", UIDL="-ERR [SYS/TEMP] try later\r\n", CAPA="+OK\r\nUIDL\r\nTOP\r\n.\r\n"
    )
    with scripted.server(script) as server:
        session = open_session(account(server.port, "pop"), QUICK)
        with pytest.raises(Refusal) as refused:
            session.look(FolderState())
        session.close()
    assert refused.value.finding.code == "mailbox_temporary_fault"
    assert not [line for line in server.lines if line.startswith(b"TOP")]


def test_message_that_must_not_be_deleted_keeps_no_other():
    refused = {"DELE 2": "-ERR kept for the law\r\n"}
    with scripted.server(pop("1 a\r\n2 b\r\n3 c\r\n", **refused)) as server:
        session = open_session(account(server.port, "pop"), QUICK)
        look = session.look(FolderState())
        with pytest.raises(Refusal) as told:
            session.delete(look.found)
        session.close()
    assert told.value.finding.code == "mailbox_not_deleted"
    assert server.lines[-3:] == [b"DELE 2", b"DELE 3", b"QUIT"]


@pytest.mark.parametrize("command", ["UIDL", "LIST"])
def test_listing_without_an_end_is_not_kept(command, monkeypatch):
    monkeypatch.setattr(net_pop, "LARGEST_LITERAL", 1_000_000)
    endless = {command: "+OK\r\n" + "1 1\r\n" * 200_000}
    with scripted.server(pop("1 a\r\n", **endless)) as server:
        session = open_session(account(server.port, "pop"), QUICK)
        with pytest.raises(Refusal) as refused:
            session.sizes(session.look(FolderState()).found)
        session.close()
    assert refused.value.finding.code == "mailbox_connection_lost"


@pytest.mark.parametrize("user, secret", [("ann\r\nx", "y"), ("ann", "y\r\nDELE 1")])
@pytest.mark.parametrize("protocol", ["imap", "pop"])
def test_line_break_in_a_login_makes_no_second_command(protocol, user, secret):
    script = {"imap": imap(), "pop": pop("")}[protocol]
    with scripted.server(script) as server:
        where = replace(
            account(server.port, protocol), credentials=Credentials(user, secret)
        )
        finding, _seconds = refusal_of(where)
    assert finding.code == "mailbox_login_unsendable"
    begins = (b"x", b"DELE", b"USER")  # tags of IMAP begin with any capital
    assert not [line for line in server.lines if line.startswith(begins)]
    assert not server.logged_in()
