# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Folders picked from those of a real server, and how far a long fetch is."""

import time

import pytest

from odoo.exceptions import UserError

from odoo.addons.mail_gateway_plus.models import fetch_run
from odoo.addons.mail_gateway_plus.net.imap import Session

from .live import engine, mail

NAMES = ["Büro & Lager", "INBOX.Bestellungen 2026", "日本"]
#: For so long a look takes portions; opening the mailbox takes much less.
LOOK_S = 3


@pytest.fixture(scope="module")
def live(stack):
    with engine(stack) as made:
        yield made


def picker(server, button):
    action = getattr(server, button)()
    assert action["target"] == "new"
    return server.env[action["res_model"]].browse(action["res_id"])


def line(pick, name):
    return pick.line_ids.filtered(lambda found: found.name == name)


def test_picked_folders_are_fetched(live, stack, login):
    server_id = live.mailbox("imap", login)
    for name in ("INBOX", *NAMES):
        stack.deliver(login, mail("nobody@demo.example", name), name)
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        pick = picker(server, "action_pick_folders")
        assert pick.line_ids.mapped("name") == ["INBOX", *sorted(NAMES, key=str.lower)]
        assert line(pick, "INBOX").is_picked, "it is what is fetched without a choice"
        line(pick, "INBOX").is_picked = False
        for name in NAMES[:2]:
            line(pick, name).is_picked = True
        pick.action_apply()
        assert sorted(server.folder_ids.mapped("name")) == sorted(NAMES[:2])
    live.fetch(server_id)
    fetched = live.ledger(server_id, "folder", "subject")
    assert sorted(fetched) == sorted((name, name) for name in NAMES[:2])


def test_what_is_remembered_of_a_folder_outlives_another_choice(live, stack, login):
    server_id = live.mailbox("imap", login)
    stack.deliver(login, mail("nobody@demo.example"))
    stack.deliver(login, mail("nobody@demo.example"), NAMES[0])
    live.fetch(server_id)
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        inbox = server.folder_ids
        pick = picker(server, "action_pick_folders")
        line(pick, NAMES[0]).is_picked = True
        pick.action_apply()
        assert inbox in server.folder_ids and inbox.last_uid == "1"
    live.fetch(server_id)
    assert sorted(live.ledger(server_id, "folder")) == [(NAMES[0],), ("INBOX",)]


def test_folder_that_is_gone_shows_and_can_be_taken_out(live, stack, login):
    server_id = live.mailbox("imap", login)
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        server.folder_ids = [(0, 0, {"name": "Gone"}), (0, 0, {"name": "INBOX"})]
        pick = picker(server, "action_pick_folders")
        assert line(pick, "Gone").is_missing and line(pick, "Gone").is_picked
        line(pick, "Gone").is_picked = False
        pick.action_apply()
        assert server.folder_ids.mapped("name") == ["INBOX"]


def test_folder_to_move_to_is_picked_with_one_click(live, stack, login):
    server_id = live.mailbox("imap", login)
    stack.deliver(login, mail("nobody@demo.example"), NAMES[0])
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        line(picker(server, "action_pick_move_to"), NAMES[0]).action_move_here()
        assert (server.after_fetch, server.move_to) == ("move", NAMES[0])


def test_pop3_knows_no_folders(live, stack, login):
    server_id = live.mailbox("pop", login)
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        with pytest.raises(UserError, match="POP3 knows no folders"):
            server.action_pick_folders()


def test_server_that_refuses_is_explained(live, stack, login):
    server_id = live.mailbox("imap", login)
    with live.env() as env:
        server = env["fetchmail.server"].browse(server_id)
        server.password = "wrong one"
        with pytest.raises(UserError, match="refuses the login"):
            server.action_pick_folders()


def test_form_shows_how_far_a_long_fetch_is(live, stack, login, monkeypatch):
    for _number in range(12):
        stack.deliver(login, mail("nobody@demo.example"))
    server_id = live.mailbox("imap", login)
    monkeypatch.setattr(fetch_run, "BATCH_COUNT", 2)
    download = Session.download

    portions = []

    def slowly(self, batch):
        portions.append(batch)
        if len(portions) == 2:
            time.sleep(LOOK_S)
        return download(self, batch)

    monkeypatch.setattr(Session, "download", slowly)

    def progress(**context):
        with live.env() as env:
            server = env["fetchmail.server"].browse(server_id)
            if context:
                server.with_context(**context)._fetch_mail()
        with live.env() as env:
            return env["fetchmail.server"].browse(server_id).fetch_progress

    first = progress(mail_gateway_s=LOOK_S)
    assert first == "4 of 12 fetched, 4 waiting to be processed"
    assert progress(mail_gateway_s=60) == "12 waiting to be processed"
    with live.env() as env:
        env["mail.gateway.incoming"]._process_received()
    assert not progress()
