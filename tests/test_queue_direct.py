# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Send Now of stock, beside the queue: neither repeats what the other has sent."""

from odoo.addons.mail_gateway_plus.models.mail_locks import MailLocks
from odoo.addons.mail_gateway_plus.models.mail_mail_queue import PAUSED

BOB, CY = "bob@away.example", "cy@away.example"


def send_now(q, ids):
    with q.live.env() as env:
        env["mail.mail"].browse(ids).send()


def test_who_has_it_gets_it_no_second_time(q):
    q.answers[f"RCPT TO:<{CY}>"] = "452 4.2.2 mailbox full"
    with q.listening() as server:
        ids = q.write(f"{BOB}, {CY}", q.register(server.port))
        q.run()
        assert q.reached() == [BOB]
        q.answers.clear()
        send_now(q, ids)
        q.run()
        assert q.reached() == [BOB, CY]
    assert q.mails(ids) == ["sent"]


def pause(q, is_on):
    with q.live.env() as env:
        env["ir.config_parameter"].set_param(PAUSED, is_on and "True")


def test_the_switch_pauses_send_now_too(q):
    with q.listening() as server:
        ids = q.write([BOB], q.register(server.port))
        pause(q, True)
        try:
            send_now(q, ids)
            assert q.reached() == [] and q.mails(ids) == ["outgoing"]
        finally:
            pause(q, False)
        q.run()
        assert q.reached() == [BOB]


def test_what_is_uncertain_is_not_repeated(q):
    with q.listening() as server:
        ids = q.write([BOB], q.register(server.port))
        q.begun(ids[0], BOB, "uncertain")
        send_now(q, ids)
        q.run()
        assert q.reached() == []
    assert q.mails(ids) == ["exception"]


def asked(server):
    """Recipients, also of ``smtplib``, which has its own letters."""
    said = (line.upper() for line in server.lines)
    return [line[9:-1].decode().lower() for line in said if line[:9] == b"RCPT TO:<"]


def test_run_and_send_now_at_the_same_moment(q):
    with q.listening() as server:
        ids = q.write([BOB, CY], q.register(server.port))
        with MailLocks(q.live.registry) as locks:
            locks.take(ids[0])
            send_now(q, ids[:1])
        assert asked(server) == []
        with q.live.env() as env:
            env["mail.mail"].browse(ids[0]).send(raise_exception=True)
            assert asked(server) == [BOB]
            q.run()
            assert asked(server) == [BOB, CY]
    assert q.mails(ids) == ["sent", "sent"]
