# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server out of a table, for dialogues without a socket."""

from odoo.addons.mail_gateway_plus.core.account import Credentials
from odoo.addons.mail_gateway_plus.core.smtp import dialogue
from odoo.addons.mail_gateway_plus.core.smtp.dialogue import Done, Fault, Reply
from odoo.addons.mail_gateway_plus.core.smtp.probe import Probe
from odoo.addons.mail_gateway_plus.core.smtp.relay import Envelope, Relay

SECRET = "s3cret words of ann"
ANN = Credentials("ann@example.com", SECRET)
MAIL = Envelope("ann@example.com", "bob@example.org")

CERTIFICATE = {"version": "TLSv1.3", "subject": "mx.example.com", "days": "90"}
PLAIN = "mx.example.com\nPIPELINING\nSIZE 1000\n8BITMIME\nSMTPUTF8\nAUTH PLAIN LOGIN"
WITH_STARTTLS = "mx.example.com\nSTARTTLS"


def relay(security="starttls_strict", credentials=ANN, **values):
    return Relay("mx.example.com", 587, security, credentials, **values)


def said(text):
    """A reply, or a fault as it is."""
    if not isinstance(text, str):
        return text
    number, _blank, rest = text.partition(" ")
    return Reply(int(number), tuple(rest.split("\n")), 2)


class Server:
    """Answers what a dialogue wants. ``answers``: the beginning of a line, or the name
    of a want -> "250 text", a fault, or a list of these, whose last one stays."""

    def __init__(self, **answers):
        self.answers = {
            "Resolve": Done({"addresses": "192.0.2.1"}, 1),
            "Connect": Done({"address": "192.0.2.1", "name": "erp.example.com"}, 1),
            "Listen": "220 mx.example.com ready",
            "Secure": Done(CERTIFICATE, 5),
            "Pause": Done(),
            "Leave": Done(),
            "Send": "250 queued",
            "EHLO": f"250 {PLAIN}",
            "STARTTLS": "220 go on",
            "AUTH": "235 welcome",
            "MAIL": "250 ok",
            "RCPT": "250 ok",
            "RSET": "250 ok",
            "DATA": "354 go on",
        }
        self.answers.update(answers)
        self.wants = []

    def hold(self, talk):
        """Go through a dialogue to its end."""
        event = None
        try:
            while True:
                want = talk.send(event)
                self.wants.append(want)
                event = self._answer(want)
        except StopIteration:
            return self

    def _answer(self, want):
        name = type(want).__name__
        if isinstance(want, dialogue.Say):
            fits = [key for key in self.answers if want.line.startswith(key)]
            name = max(fits, key=len, default="")
        found = self.answers.get(name, "500 what?")
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return said(found)

    @property
    def lines(self):
        return [want.line for want in self.wants if isinstance(want, dialogue.Say)]

    @property
    def goodbyes(self):
        """One a connection: whether it ended politely."""
        return [want.polite for want in self.wants if isinstance(want, dialogue.Leave)]


def offers_starttls(**answers):
    """Offers STARTTLS, and behind it all else."""
    hello = [f"250 {WITH_STARTTLS}", f"250 {PLAIN}"]
    return Server(**{"EHLO": hello, **answers})


TIMEOUT = Fault("timeout", "timed out", 30_000)


def outcome(server, where=None, envelope=MAIL, message=None):
    """{stage: step}, in their order"""
    test = Probe(where or relay(), envelope, message)
    server.hold(test.run())
    assert len(server.goodbyes) == 1, "each connection is closed once"
    return {step.stage: step for step in test.steps}


def failure(steps):
    """(stage, code) of the last step, which is the only one that failed."""
    *others, last = steps.values()
    assert all(step.passed for step in others) and not last.passed
    return last.stage, last.finding.code
