# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import email_split

from ..core.routing import chain
from . import observing
from .mail_gateway_topic import linked_tags
from .routing_call import Call

#: Stands for the recipients of a message that names none: without any, stock passes
#: over the stages of catchall, rules and aliases.
_NOBODY = "nobody+0@recipient.invalid"


class _Decided(Exception):
    """A stage of ours has the routes; leaves ``message_route`` of stock on the way."""

    def __init__(self, routes):
        self.routes = routes
        super().__init__(routes)


class MailThread(models.AbstractModel):
    """Our stages, at their places between those of stock; see ``core.routing.chain``.

    Stock's ``message_route`` (19.0) is one method. It calls ``_routing_reset_bounce``
    once it knows that a message is no bounce and before it looks for what that
    answers, and ``_detect_write_to_catchall`` between that and the aliases, then again,
    with ``mail_catchall_write_any_to`` in the context, after the default model. There
    our stages are asked. One that decides leaves stock's method by an exception, which
    ``message_route`` catches here.
    """

    _inherit = "mail.thread"

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        observation = observing.deciding()
        if observation is None:
            return super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        observation.call = Call(self, message, message_dict)
        recipients = message_dict["recipients"]
        message_dict["recipients"] = self._mail_gateway_addressed(recipients)
        try:
            routes = super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        except _Decided as decided:
            return decided.routes
        finally:
            message_dict["recipients"] = recipients
        self._mail_gateway_note_stage(observation, routes)
        return routes

    @api.model
    def _routing_reset_bounce(self, email_message, message_dict):
        result = super()._routing_reset_bounce(email_message, message_dict)
        self._mail_gateway_at(chain.AFTER_BOUNCE)
        return result

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        found = super()._detect_write_to_catchall(msg_dict)
        if self.env.context.get("mail_gateway_forecast"):
            return found
        if self.env.context.get("mail_catchall_write_any_to"):
            self._mail_gateway_at(chain.AFTER_MODEL, found)
            return found
        observation = observing.current()
        if observation is not None:
            observation.no_reply = True
        self._mail_gateway_at(chain.AFTER_REPLY, found)
        return found

    @api.model
    def _mail_gateway_at(self, stages, catchall=False):
        """Ask our stages at one place of stock's method; does not come back when one
        of them decides."""
        observation = observing.current()
        if observation is None or observation.call is None:
            return
        routes = self._mail_gateway_ask(observation, stages, catchall)
        if routes is not None:
            raise _Decided(routes)

    @api.model
    def _mail_gateway_ask(self, observation, stages, catchall):
        """The routes of the first stage that decides; None where none does.

        Each stage is a method of its name that gets the observation.

        :param catchall: whether stock would answer that nobody writes to catchall
        """
        # Of a further delivery only the aliases count that the first did not name.
        if observation.guise.only_aliases is not None:
            if catchall:
                observation.note("written_to_catchall")
            return None
        for stage in stages:
            if catchall or not stage.startswith("catchall"):
                routes = getattr(self, f"_mail_gateway_stage_{stage}")(observation)
                if routes is not None:
                    # What makes a record answers nothing.
                    observation.call.message_dict.pop("parent_id", None)
                    return routes
            if catchall and stage.startswith("catchall"):
                # Stock answers here and asks nobody else.
                return None
        return None

    @api.model
    def _mail_gateway_stage_reports(self, _observation):
        return None

    @api.model
    def _mail_gateway_stage_rules_before_replies(self, observation):
        return self._mail_gateway_by_rules(observation, chain.BEFORE_REPLIES)

    @api.model
    def _mail_gateway_stage_rules(self, observation):
        return self._mail_gateway_by_rules(observation, chain.RULES)

    @api.model
    def _mail_gateway_by_rules(self, observation, stage):
        Rule = self.env["mail.gateway.rule"].sudo()
        matched = Rule._ask(observation, stage, stage == chain.BEFORE_REPLIES)
        return matched._act(observation, observation.call) if matched else None

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        observation = observing.current()
        if observation is not None and observation.marks.tags:
            tags = list(dict.fromkeys(observation.marks.tags))
            routes = [self._mail_gateway_tagged(route, tags) for route in routes or ()]
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _mail_gateway_tagged(self, route, tags):
        """The route with the tags that rules have set; a record that is there gets
        them at once."""
        model, thread_id, values, user_id, alias = route
        linked = linked_tags(self.env[model], tags)
        if not thread_id:
            return model, thread_id, {**linked, **(values or {})}, user_id, alias
        if linked:
            self.env[model].sudo().browse(thread_id).write(linked)
        return route

    @api.model
    def _mail_gateway_addressed(self, recipients):
        """With ``support@…`` beside ``support+vip@…``, where no alias has the full
        address."""
        addresses = [address.lower() for address in email_split(recipients)]
        if not addresses:
            return _NOBODY
        further = self.env["mail.alias"]._mail_gateway_plain(addresses)
        observing.current().subaddressed = frozenset(further) - frozenset(addresses)
        return ",".join([recipients, *further])

    @api.model
    def _mail_gateway_note_stage(self, observation, routes):
        """Which of stock's stages found the routes."""
        for model, thread_id, _values, _user, alias in routes or ():
            if not observation.no_reply:
                observation.note("reply_found", model=model, record=thread_id)
            elif not alias:
                observation.note("default_model_found", model=model)
            elif any(map(alias._mail_gateway_takes, observation.subaddressed)):
                observation.note("subaddress_found", alias=alias.display_name)
            else:
                observation.note("alias_found", alias=alias.display_name)
