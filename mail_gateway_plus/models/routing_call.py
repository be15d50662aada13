# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Destinations as ``message_route`` of stock has them."""

from dataclasses import dataclass
from typing import Any


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
