# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A furniture maker: who works there, which addresses it has, what it sent.

Each record is made once and found again by its external id.
"""

import contextlib

from odoo import SUPERUSER_ID, api, fields

from ..accounts import DOMAIN, PASSWORD
from . import letters
from .plan import BOXES

MODULE = "__demo__"
RELAY_LOGIN = "sales@demo.example"
ADMIN = {"name": "Anna Berg", "email": "anna.berg@demo.example"}
#: What would ask servers of the world about the demo's invented people.
TALKATIVE = (
    "crm_iap_enrich.ir_cron_lead_enrichment",
    "mail.ir_cron_module_update_notification",
)
ENDPOINTS = (
    "enrich.endpoint",
    "iap.endpoint",
    "iap.partner_autocomplete.endpoint",
    "reveal.endpoint",
    "sms.endpoint",
)
#: Port 9 discards: what else wants to ask finds nobody.
NOBODY = "http://127.0.0.1:9"
SINCE = "sandbox.demo.since"  # parameter of the database: when its demo was made


@contextlib.contextmanager
def admin(registry):
    """A transaction as the user who logs in; it commits."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        yield env(user=env.ref("base.user_admin"))


def known(env, name):
    return env.ref(f"{MODULE}.{name}", raise_if_not_found=False)


def ensure(env, name, model, /, **values):
    """The record of that name; made when it is not there yet."""
    return known(env, name) or _named(env, name, env[model].create(values))


def _named(env, name, record):
    env["ir.model.data"].sudo().create(
        {
            "module": MODULE,
            "name": name,
            "model": record._name,
            "res_id": record.id,
            "noupdate": True,
        }
    )
    return record


def bring(env, stack):
    """All of the company; the caller commits."""
    params = env["ir.config_parameter"].sudo()
    if not params.get_param(SINCE):
        # Mail of an earlier database.
        for box in BOXES:
            stack.empty(box.login)
        params.set_param(SINCE, fields.Datetime.to_string(fields.Datetime.now()))
        params.set_param(letters.KEY, letters.key())
        _bring_company(env)
    _bring_silence(env)
    _bring_aliases(env)
    _bring_relay(env, stack)
    _bring_mailboxes(env, stack)
    _bring_sent(env)


def _bring_silence(env):
    """Nothing of the demo leaves the machine."""
    for name in TALKATIVE:
        cron = env.ref(name, raise_if_not_found=False)
        if cron:
            cron.sudo().active = False
    for name in ENDPOINTS:
        env["ir.config_parameter"].sudo().set_param(name, NOBODY)


def _bring_company(env):
    """Names and departments."""
    env.company.write({"name": "Berg & Lund Furniture", "email": f"office@{DOMAIN}"})
    # Notified in Odoo, or each lead would send a mail to an address here.
    env.user.notification_type = "inbox"
    env.user.partner_id.write(ADMIN)
    for name in ("Sales", "Support"):
        ensure(env, f"department_{name.lower()}", "hr.department", name=name)
    # Odoo brings this one along.
    office = env.ref("hr.dep_administration", raise_if_not_found=False)
    if office:
        _named(env, "department_administration", office)
    support = known(env, "department_support")
    ensure(
        env,
        "employee_ida",
        "hr.employee",
        name="Ida Lund",
        work_email=f"ida.lund@{DOMAIN}",
        department_id=support.id,
    )


def _bring_aliases(env):
    """sales@ makes leads, support@ tasks, ideas@ tasks of employees only,
    administration@ writes to one record, claims@ is broken."""
    ensure(env, "alias_domain", "mail.alias.domain", name=DOMAIN, default_from="office")
    env.ref("sales_team.team_sales_department").alias_name = "sales"
    ensure(
        env, "project_support", "project.project", name="Support", alias_name="support"
    )
    ensure(
        env,
        "project_ideas",
        "project.project",
        name="Ideas of the staff",
        alias_name="ideas",
        alias_contact="employees",
    )
    office = ensure(
        env, "department_administration", "hr.department", name="Administration"
    )
    _bring_alias(
        env, "administration", "hr.department", alias_force_thread_id=office.id
    )
    gone = env["project.project"].search([], order="id desc", limit=1).id + 1000
    _bring_alias(
        env, "claims", "project.task", alias_defaults=str({"project_id": gone})
    )


def _bring_alias(env, name, model, **values):
    ensure(
        env,
        f"alias_{name}",
        "mail.alias",
        alias_name=name,
        alias_domain_id=known(env, "alias_domain").id,
        alias_model_id=env["ir.model"]._get_id(model),
        **values,
    )


def _bring_relay(env, stack):
    relay = ensure(
        env,
        "relay",
        "ir.mail_server",
        name="Relay of demo.example",
        smtp_host=stack.host,
        smtp_encryption="starttls_strict",
        smtp_authentication="login",
        smtp_user=RELAY_LOGIN,
        smtp_pass=PASSWORD,
        from_filter=DOMAIN,
    )
    relay.smtp_port = stack.ports["smtp"]


def _bring_mailboxes(env, stack):
    """Confirmed by the button, like an administrator does it."""
    for box in BOXES:
        server = ensure(
            env,
            f"mailbox_{box.name}",
            "fetchmail.server",
            name=box.login,
            server_type=box.protocol,
            server=stack.host,
            port=stack.ports[box.port],
            connection_security=box.security,
            user=box.login,
            password=PASSWORD,
            fetch_interval=1,
            object_id=box.model and env["ir.model"]._get_id(box.model),
        )
        if server.port != stack.ports[box.port]:
            server.port = stack.ports[box.port]
        if server.state != "done":
            server.button_confirm_login()


def _bring_sent(env):
    """Mail that went out before, so that there is something to reply to."""
    library = _bring_lead(
        env,
        "library",
        "Reading room, 24 chairs",
        "Clara Stein",
        "clara@stadtbuch.example",
    )
    _bring_post(env, "offer", library, "Offer: reading room, 24 chairs")
    # The address has a slip in it; the bounce lies in the mailbox.
    canteen = _bring_lead(
        env, "canteen", "Canteen, 40 tables", "Purchasing", "einkauf@grosmann.example"
    )
    _bring_post(env, "typo", canteen, "Offer: canteen, 40 tables")
    paul = _bring_partner(env, "paul", "Paul Winter", "paul@seminarhaus.example")
    ticket = ensure(
        env,
        "task_door",
        "project.task",
        name="Cupboard door sticks",
        project_id=known(env, "project_support").id,
        partner_id=paul.id,
    )
    _bring_post(env, "ticket", ticket, "Cupboard door sticks")


def _bring_partner(env, name, full_name, email):
    values = {"name": full_name, "email": email}
    return ensure(env, f"partner_{name}", "res.partner", **values)


def _bring_lead(env, name, title, customer, email):
    partner = _bring_partner(env, name, customer, email)
    values = {"name": title, "type": "opportunity", "partner_id": partner.id}
    return ensure(env, f"lead_{name}", "crm.lead", **values)


def _bring_post(env, name, record, subject):
    """A message to the record's customer; the relay gets it."""
    body = f"{subject}: please find the details below."
    if not known(env, f"sent_{name}"):
        message = record.message_post(
            subject=subject,
            body=body,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=record.partner_id.ids,
        )
        _named(env, f"sent_{name}", message)
