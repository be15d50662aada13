# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mass mailing and mailing lists through the queue: traces tell the truth, people go
first, and senders stay."""

import pytest

from .queueing import queue

ADDRESSES = [f"contact{number}@away.example" for number in range(3)]


@pytest.fixture(scope="module")
def q(stack):
    with queue(stack) as made:
        made.live.install("mass_mailing", "mail_group")
        yield made


@pytest.fixture
def identity(q):
    """One that speaks for the whole company."""
    q.begin()
    values = {"name": "H Ltd", "email": "h@erp.example", "company_id": False}
    with q.live.env() as env:
        made = env["mail.gateway.identity"].create(values).id
    yield made
    with q.live.env() as env:
        env["mail.gateway.identity"].browse(made).unlink()


def launch(q, server):
    """A mailing that waits in the queue; returns its id."""
    with q.live.env() as env:
        contacts = env["mailing.list"].create(
            {
                "name": "List",
                "contact_ids": [(0, 0, {"email": one}) for one in ADDRESSES],
            }
        )
        mailing = env["mailing.mailing"].create(
            {
                "subject": "News",
                "body_html": "<p>News</p>",
                "email_from": "ann@erp.example",
                "mailing_model_id": env["ir.model"]._get_id("mailing.list"),
                "contact_list_ids": contacts.ids,
                "mail_server_id": server,
                "keep_archives": False,
            }
        )
        # The composer would send at once.
        mailing.with_context(mail_gateway_queue_only=True).action_send_mail()
        return mailing.id


def traces(q, mailing):
    with q.live.env() as env:
        found = env["mailing.trace"].search([("mass_mailing_id", "=", mailing)])
        return {one.email: one.trace_status for one in found}


def test_traces_stay_as_they_are_until_it_is_known(q):
    away, gone, well = ADDRESSES
    q.answers[f"RCPT TO:<{away}>"] = "451 4.3.0 not now"
    q.answers[f"RCPT TO:<{gone}>"] = "550 5.1.1 nobody here"
    with q.listening() as server:
        relay = q.register(server.port)
        mailing = launch(q, relay)
        before = traces(q, mailing)
        q.write("person@away.example", relay)
        q.run()
        assert q.reached() == ["person@away.example", well]
        assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in server.lines
        found = traces(q, mailing)
        assert found == {away: before[away], gone: "error", well: "sent"}
        q.answers.clear()
        q.run(minutes=1)
        assert q.reached()[2:] == [away]
    assert traces(q, mailing) == {away: "sent", gone: "error", well: "sent"}
    with q.live.env() as env:
        left = env["mail.mail"].search([("mailing_id", "=", mailing)])
        assert left.mapped("state") == ["exception"], "the others are deleted"


def headers(q, name):
    """A field of all that the server took, in its order."""
    name = name.encode() + b": "
    return [one[len(name) :] for one in q.server.lines if one.startswith(name)]


def test_mailing_keeps_its_sender_and_its_traces_beside_identities(q, identity):
    with q.listening() as server:
        relay = q.register(server.port)
        mailing = launch(q, relay)
        q.write("person@away.example", relay, email_from=False)
        q.run()
        first, *others = q.reached()
        assert (first, sorted(others)) == ("person@away.example", ADDRESSES)
    assert headers(q, "From")[0] == b'"H Ltd" <h@erp.example>'
    assert headers(q, "From")[1:] == [b"ann@erp.example"] * 3
    ways = headers(q, "List-Unsubscribe-Post")
    assert ways == [b"List-Unsubscribe=One-Click"] * 3
    assert set(traces(q, mailing).values()) == {"sent"}


def test_list_passes_on_who_wrote_to_it(q, identity):
    with q.listening() as server:
        relay = q.register(server.port)
        with q.live.env() as env:
            domain = q.live.domain(env)
            group = env["mail.group"].create(
                {
                    "name": "Friends",
                    "alias_name": "friends",
                    "alias_domain_id": domain.id,
                    "access_mode": "public",
                    "member_ids": [(0, 0, {"email": one}) for one in ADDRESSES],
                }
            )
            env["ir.mail_server"].browse(relay).from_filter = domain.name
            domain.default_from = "notifications"
            group.message_post(
                body="Hello",
                subject="Hello",
                email_from="Eve <eve@elsewhere.example>",
                author_id=False,
                message_type="email",
            )
            listed = group.alias_email
        q.run()
        assert sorted(q.reached()) == ADDRESSES
    sender = f'"Eve" <notifications@{domain_of(listed)}>'.encode()
    assert headers(q, "From") == [sender] * 3
    assert headers(q, "List-Id") == [f"<{listed}>".encode()] * 3
    replies = [pair.rpartition(b"<")[2] for pair in headers(q, "Reply-To")]
    assert replies == [f"{listed}>".encode()] * 3


def domain_of(address):
    return address.rpartition("@")[2]
