# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message that people send to a document of their choice."""

import email
import email.policy
import logging
from functools import partial

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError

from ..core.message import identity
from ..core.routing import verdict
from ..core.routing.observation import Guise, Observation
from .observing import observing

_logger = logging.getLogger(__name__)

#: The ledger itself takes no mail.
_NOT_A_TARGET = ("mail.thread", "mail.gateway.incoming")


def route_to(row, destination, hand_over, passing):
    """Process one message into a document; see ``processing.route_to``.

    :param destination: (model, thread or 0, values of a new document)
    :param hand_over: takes the row, the observation and what delivers bytes
    """
    row.ensure_one()
    model, thread_id, _values = destination
    target = _checked_target(row, model, thread_id)
    observation = Observation()
    observation.note("routed_by_hand", user=row.env.user.name, target=_name(target))
    root = _as_gateway(row)
    earlier = row._steps()
    root._recall(observation)
    try:
        with row.env.cr.savepoint(), observing(observation):
            deliver = partial(_deliver, root, observation, destination)
            hand_over(root, observation, deliver)
    except (*passing, UserError):
        raise
    except Exception as problem:
        _logger.info("Message %s is refused by %s", row.id, model, exc_info=True)
        raise UserError(_refusal(row, target, problem)) from problem
    if not observation.reached:
        raise UserError(_refusal(row, target, row.env._("it made nothing of it")))
    root._conclude(observation)
    root.trace = {**root.trace, "steps": [*earlier, *root._steps()]}
    root.activity_unlink(["mail.mail_activity_data_warning"])


def _checked_target(row, model, thread_id):
    """The document, or the empty recordset of its model, as the user sees it."""
    if not verdict.is_open(row.state, row.reason_code):
        raise UserError(
            row.env._(
                "Only what waits in quarantine, was rejected or ignored can be sent on."
            )
        )
    Model = row.env.get(model)
    if Model is None or model in _NOT_A_TARGET or not _takes_mail(Model, thread_id):
        raise UserError(row.env._("The document type “%s” takes no mail.", model))
    if not thread_id:
        return Model
    target = Model.browse(thread_id).exists()
    if not target:
        raise UserError(row.env._("The document is no longer there."))
    # Whoever picks a document by its number must at least be allowed to see it.
    target.check_access("read")
    return target


def _takes_mail(Model, thread_id):
    stored = not Model._abstract and not Model._transient
    return stored and hasattr(Model, "message_update" if thread_id else "message_new")


def _name(target):
    return target.display_name if target else target.env._("a new %s", _kind(target))


def _kind(target):
    return target.env["ir.model"].sudo()._get(target._name).name


def _refusal(row, target, problem):
    said = " ".join(str(problem).split())[:300]
    return row.env._(
        "%(target)s did not take it: %(why)s", target=_name(target), why=said
    )


def _as_gateway(row):
    """The row as the gateway has it, in the transaction of the user."""
    context = {
        "mail_gateway_queue_only": True,
        "default_fetchmail_server_id": row.sudo().server_id.id,
    }
    root = row.with_env(api.Environment(row.env.cr, SUPERUSER_ID, context))
    root.lock_for_update()
    return root.with_company(root.company_id) if root.company_id else root


def _deliver(root, observation, destination, raw):
    """What ``message_process`` does once it has found a route, without its search for
    one and without its look at the Message-ID: people have seen the message."""
    model, thread_id, custom_values = destination
    same_id = [("message_id", "=", root.message_id)]
    if root.message_id and root.env["mail.message"].search_count(same_id, limit=1):
        observation.guise = Guise(
            identity.derived(root.fingerprint or "", model, str(thread_id))
        )
    Thread, server = root.env["mail.thread"], root.server_id
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    parsed = Thread.message_parse(message, save_original=server.original)
    if server and not server.attach:
        parsed.pop("attachments", None)
    _forget_foreign_parent(root.env, parsed, model, thread_id)
    author = Thread._mail_find_user_for_gateway(parsed["email_from"])
    route = (model, thread_id, custom_values, author.id or root.env.uid, None)
    route = Thread._mail_gateway_owned(observation, route)
    parsed.update(Thread._message_parse_post_process(message, parsed, [route]))
    Thread._message_route_process(message, parsed, [route])


def _forget_foreign_parent(env, parsed, model, thread_id):
    """It may answer a message of another document than people chose."""
    parent = env["mail.message"].browse(parsed.get("parent_id") or [])
    if (parent.model, parent.res_id) != (model, thread_id):
        parsed.pop("parent_id", None)
        parsed.pop("is_internal", None)
