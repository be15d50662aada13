# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Destinations as ``message_route`` of stock has them."""

import ast
from dataclasses import dataclass
from typing import Any

from ..core.routing.observation import Reached
from .mail_gateway_topic import tag_names


class Gone(Exception):
    """A destination that people chose is no longer one. ``code`` and ``params`` say
    why, as steps of the observation do."""

    def __init__(self, code, **params):
        self.code, self.params = code, params
        super().__init__(code)


@dataclass(frozen=True)
class Call:
    """A call of ``message_route`` by stock, which wants routes."""

    thread: Any
    message: Any
    message_dict: dict

    def route(self, model, thread_id, values, alias=None):
        """The routes of one destination, checked as stock checks those of aliases;
        none when the alias refuses."""
        alias = alias if alias is not None else self.thread.env["mail.alias"]
        thread = self.thread
        user = thread._mail_find_user_for_gateway(
            self.message_dict["email_from"], alias=alias
        )
        route = (model, thread_id, values, user.id or thread.env.uid, alias or None)
        checking = thread.env[model] if model in thread.env else thread
        if not hasattr(checking, "_routing_check_route"):
            checking = thread
        checked = checking._routing_check_route(
            self.message, self.message_dict, route, raise_exception=True
        )
        return [checked] if checked else []

    # --- destinations that people choose, for rules and policies

    def to_alias(self, alias):
        """:raise Gone: the alias was deleted"""
        if not alias.exists():
            raise Gone("alias_gone")
        model = alias.sudo().alias_model_id.model
        defaults = ast.literal_eval(alias.alias_defaults)
        return self.route(model, alias.alias_force_thread_id, defaults, alias)

    def to_topic(self, topic, observation):
        """A new record of a help topic.

        :raise Gone: there is no topic, or its document type takes no mail
        """
        if not topic.exists():
            raise Gone("topic_gone")
        if not self._takes(topic.model, "message_new"):
            raise Gone("model_unfit", model=topic.model)
        marks = observation.marks
        marks.department_id = marks.department_id or topic.department_id.id
        marks.tags += tag_names(topic.tags)
        return self.route(topic.model, 0, topic._values())

    def to_record(self, model, res_id):
        """:raise Gone: there is no such record, or its model takes no mail"""
        if not self._takes(model, "message_update"):
            raise Gone("model_unfit", model=model or "")
        # Stock would make a new one where the record is gone.
        if not res_id or not self.thread.env[model].browse(res_id).exists():
            raise Gone("record_gone", model=model)
        return self.route(model, res_id, {})

    def to_inbox(self, users, observation, stage):
        """A notification to people, which belongs to no record.

        :return: whether they will see it. Mail about it to an address that comes back
            to this gateway would be seen by nobody.
        """
        unseen = users.filtered(lambda user: not user._mail_gateway_sees_inbox())
        names = ", ".join((unseen or users).mapped("name"))
        if unseen:
            observation.note("inbox_unseen", stage=stage, users=names)
            return False
        observation.note("inbox_found", stage=stage, users=names)
        observation.reached += [Reached("res.users", user.id) for user in users]
        if not observation.dry:
            self._notify(users)
        return True

    def _notify(self, users):
        said = self.message_dict
        self.thread.env["mail.thread"].sudo().message_notify(
            partner_ids=users.partner_id.ids,
            subject=said["subject"],
            body=said["body"],
            author_id=said.get("author_id"),
            email_from=said["email_from"],
            # Nothing here knows the answer, so it goes to the author.
            reply_to=said["email_from"],
            attachments=said.get("attachments"),
            email_add_signature=False,
        )

    def _takes(self, model, method):
        Model = self.thread.env.get(model or "")
        if Model is None or Model._abstract or Model._transient:
            return False
        return hasattr(Model, method)
