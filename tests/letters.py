# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One message for each way that a message can go, for the tests in a browser."""

from functools import partial

from . import live

# The pictures of the guide show her.
mail = partial(live.mail, sender="Ann Archer <ann@customer.example>")

BOUNCE = """\
From: MAILER-DAEMON@relay.example
To: bounce@demo.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <report.{name}@relay.example>
Date: Fri, 20 Nov 2026 09:10:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It did not arrive.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; gone@customer.example
Action: failed
Status: 5.1.1

--b--
"""


def offered(house):
    """Message-ID of a mail that Odoo has sent, so that somebody can answer it."""
    lead = house.create("crm.lead", name="Offer 12")
    sent = house.call("crm.lead", "message_post", [lead], body="Our offer")
    return house.call("mail.message", "read", sent, ["message_id"])[0]["message_id"]


def oversized():
    """Its header is beyond what Odoo gets to see."""
    raw = mail("sales@demo.example", "A novel in the header")
    filler = b"X-Novel: " + b"f" * 300_000 + b"\r\n"
    return raw.replace(b"MIME-Version", filler + b"MIME-Version", 1)


def varied(answered, name):
    """``name`` tells two such sets apart, else one would be duplicates of the other."""
    order = mail("sales@demo.example", "Order 4711")
    return [
        order,
        mail("sales@demo.example", "Re: Your offer", in_reply_to=answered),
        order,
        BOUNCE.format(name=name).replace("\n", "\r\n").encode(),
        mail("staff@demo.example", "Please forward to accounting"),
        oversized(),
        mail(
            "sails@demo.example",
            "Quotation for a sloop, please",
            message_id=f"<sloop.{name}@customer.example>",
        ),
    ]
