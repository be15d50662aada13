# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the mail finds in the database. The same for both sides."""

import random

from odoo.fields import Command

from .messages import ALIAS, DOMAIN, KNOWN, NEW, REPLIES, THREADS, html, several

#: Messages of each kind that are processed before the clock runs, for the first of a
#: kind fills Odoo's caches.
WARM = 3
#: Bytes of a body that is sent.
LETTERS = (1_000, 8_000)


def prepare(env):
    """An alias for leads, known customers, conversations with a follower."""
    domain = env["mail.alias.domain"].create({"name": DOMAIN})
    env.company.alias_domain_id = domain
    team = env["crm.team"].create({"name": "Bench", "alias_name": ALIAS})
    env["res.partner"].create([{"name": a, "email": a} for a in KNOWN])
    follower = _colleague(env)
    for number, message_id in enumerate(THREADS):
        lead = env["crm.lead"].create({"name": f"Lead {number}", "team_id": team.id})
        lead.message_subscribe(follower.partner_id.ids)
        lead.message_post(body=message_id).message_id = message_id
    env.cr.commit()


def _colleague(env):
    """Told in Odoo and not by mail: no SMTP server shall be part of this."""
    groups = [env.ref("sales_team.group_sale_salesman").id]
    # Without an invitation by mail.
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "name": "Colleague",
                "login": f"colleague@{DOMAIN}",
                "email": f"colleague@{DOMAIN}",
                "notification_type": "inbox",
                "group_ids": [Command.set(groups)],
            }
        )
    )


def warm_up(env):
    for mix in (NEW, REPLIES):
        for message in several(mix, WARM):
            raw = message.raw.replace(b"Message-ID: <", b"Message-ID: <warm.")
            env["mail.thread"].message_process(None, raw)
            env.cr.commit()


def mailbox(env, job):
    kind = "pop" if job.protocol.startswith("pop3") else "imap"
    server = _mailbox(env, kind, job.host, job.port, job.login, job.password)
    env.cr.commit()
    return server


def crowd(env, crowd):
    """The black holes, and the mailboxes that answer."""
    holes, others = env["fetchmail.server"], env["fetchmail.server"]
    for port in crowd.holes:
        holes += _mailbox(env, "imap", crowd.host, port, f"hole{port}", "secret")
    for login in crowd.logins:
        place = (crowd.host, crowd.port, login, crowd.password)
        others += _mailbox(env, "imap", *place)
    env.cr.commit()
    return holes, others


def _mailbox(env, kind, host, port, login, password):
    """As its administrator sets it up; security where there is a choice."""
    values = {
        "name": login,
        "server_type": kind,
        "server": host,
        "port": port,
        "user": login,
        "password": password,
        "is_ssl": True,
        "state": "done",
    }
    if "connection_security" in env["fetchmail.server"]._fields:
        values["connection_security"] = "ssl_strict"
    return env["fetchmail.server"].create(values)


# --- what is sent


def outgoing(env, port):
    """A server that takes all; with the addon also identities, and rules for them."""
    env["ir.mail_server"].search([]).unlink()
    env["ir.mail_server"].create(
        {
            "name": "Sink",
            "smtp_host": "127.0.0.1",
            "smtp_port": port,
            "smtp_encryption": "none",
        }
    )
    if "mail.gateway.identity.rule" in env:
        model = env["ir.model"]._get_id("crm.lead")
        for name in ("Support", "Billing", "Sales"):
            email = f"{name.lower()}@{DOMAIN}"
            identity = env["mail.gateway.identity"].create(
                {"name": name, "email": email}
            )
            # The last one is for all leads.
            no_lead = "[('id', '=', 0)]"
            domain = "[]" if name == "Sales" else no_lead
            env["mail.gateway.identity.rule"].create(
                {"identity_id": identity.id, "model_id": model, "domain": domain}
            )


def letters(env, tag, count):
    """What colleagues write to customers in conversations, each to somebody else;
    returns the addresses."""
    dice = random.Random(tag)
    to = [f"{tag}{number}@away.example" for number in range(count)]
    partners = env["res.partner"].create([{"name": a, "email": a} for a in to])
    leads = env["crm.lead"].search([("name", "=like", "Lead %")])
    author = env["res.users"].search([("login", "=", f"colleague@{DOMAIN}")])
    bodies = ["\n".join(html(dice, dice.randrange(*LETTERS))) for _one in to]
    messages = env["mail.message"].create(
        [
            {
                "author_id": author.partner_id.id,
                "email_from": author.email_formatted,
                "model": "crm.lead",
                "res_id": leads[number % len(leads)].id,
                "message_type": "comment",
                "subtype_id": env.ref("mail.mt_comment").id,
                "subject": f"Re: Lead {number}",
                "body": body,
                "record_alias_domain_id": env.company.alias_domain_id.id,
                "record_company_id": env.company.id,
            }
            for number, body in enumerate(bodies)
        ]
    )
    _mails(env, messages, partners, bodies)
    env.cr.commit()
    return to


def _mails(env, messages, partners, bodies):
    """As stock's notifications by mail."""
    mails = env["mail.mail"].create(
        [
            {
                "mail_message_id": message.id,
                "recipient_ids": [Command.link(partner.id)],
                "body_html": body,
                "is_notification": True,
                "auto_delete": True,
                "state": "outgoing",
            }
            for message, partner, body in zip(messages, partners, bodies, strict=True)
        ]
    )
    env["mail.notification"].create(
        [
            {
                "mail_mail_id": mail.id,
                "mail_message_id": mail.mail_message_id.id,
                "notification_type": "email",
                "notification_status": "ready",
                "res_partner_id": mail.recipient_ids.id,
            }
            for mail in mails
        ]
    )
