# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import api, models

from ..core.message import header
from ..core.routing.observation import Reached
from . import observing

_logger = logging.getLogger(__name__)


class MailThread(models.AbstractModel):
    """Leaves a step in the observation wherever stock decides.

    Each method does what stock does; only answers to the sender wait for the final
    outcome. Without an observation, that is for direct callers, nothing changes.
    """

    _inherit = "mail.thread"

    @api.model
    def message_parse(self, message, save_original=False):
        observation = observing.current()
        if observation is None:
            return super().message_parse(message, save_original=save_original)
        # Stock writes the message anew, which fails for broken ones.
        keep = save_original and observation.original is not None
        parsed = super().message_parse(
            message, save_original=save_original and not keep
        )
        if keep:
            original = self._Attachment("original_email.eml", observation.original, {})
            parsed["attachments"].insert(0, original)
        observation.note("parsed", message_id=parsed.get("message_id"))
        guise = observation.guise
        parsed["message_id"] = guise.message_id or parsed["message_id"]
        parsed["recipients"] = guise.addressed_to(parsed["recipients"])
        return self._mail_gateway_fit(parsed)

    def _message_parse_extract_bounce(self, email_message, message_dict):
        if observing.current() is None:
            return super()._message_parse_extract_bounce(email_message, message_dict)
        try:
            return super()._message_parse_extract_bounce(email_message, message_dict)
        except (AttributeError, IndexError, KeyError, TypeError):
            # A report whose parts are not what their types say: stock takes text for
            # a message. It is a report still, about nobody knows whom.
            _logger.info("A report could not be read", exc_info=True)
        return {
            "is_bounce": True,
            "bounced_email": False,
            "bounced_partner": self.env["res.partner"].sudo(),
            "bounced_msg_ids": False,
            "bounced_message": self.env["mail.message"].sudo(),
        }

    @api.model
    def _mail_gateway_fit(self, parsed):
        """Without what the database refuses: encodings carry NUL as well."""
        for name, value in parsed.items():
            if isinstance(value, str):
                parsed[name] = type(value)(header.fit(value))
        parsed["attachments"] = [
            self._Attachment(
                header.fit(attached.fname),
                header.fit(attached.content)
                if isinstance(attached.content, str)
                else attached.content,
                attached.info,
            )
            for attached in parsed.get("attachments", ())
        ]
        return parsed

    @api.model
    def _detect_loop_headers(self, msg_dict):
        return self._mail_gateway_noted(
            "loop_reply", super()._detect_loop_headers(msg_dict)
        )

    @api.model
    def _detect_loop_sender(self, message, message_dict, routes):
        found = super()._detect_loop_sender(message, message_dict, routes)
        return self._mail_gateway_noted("sender_rate", found)

    @api.model
    def _detect_write_to_catchall(self, msg_dict):
        found = super()._detect_write_to_catchall(msg_dict)
        if observing.deciding() is not None:
            # The policy of the domain says what becomes of it.
            return found
        return self._mail_gateway_noted("written_to_catchall", found)

    @api.model
    def _mail_gateway_noted(self, step, found):
        observation = observing.current()
        if found and observation is not None:
            observation.note(step)
        return found

    def _routing_create_bounce_email(
        self, email_from, body_html, message, **mail_values
    ):
        observation = observing.current()
        if observation is None:
            return super()._routing_create_bounce_email(
                email_from, body_html, message, **mail_values
            )
        observation.note("answered", recipient=email_from)
        if observation.answers_at_once:
            return super()._routing_create_bounce_email(
                email_from, body_html, message, **mail_values
            )
        model, company = self._name, self.env.company.id

        def answer(env):
            env[model].with_company(company)._routing_create_bounce_email(
                email_from, body_html, message, **mail_values
            )

        observation.deferred.append(answer)
        return None

    def _routing_warn(self, error_message, message_id, route, raise_exception=True):
        observation = observing.current()
        if observation is not None and raise_exception:
            observation.note("route_invalid", error=error_message)
        return super()._routing_warn(
            error_message, message_id, route, raise_exception=raise_exception
        )

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        observation = observing.current()
        if observation is not None:
            observation.asked_for_routes = True
        try:
            routes = super().message_route(
                message, message_dict, model, thread_id, custom_values
            )
        except ValueError:
            # Stock says so when nothing takes the message; what else it refuses
            # with a ValueError has passed _routing_warn.
            if observation is None or observation.noted("route_invalid"):
                raise
            if observation.guise.only_aliases is None:
                observation.note("no_route", to=message_dict.get("to") or "")
                raise
            routes = []
        return self._mail_gateway_wanted(routes)

    @api.model
    def _mail_gateway_wanted(self, routes):
        """Without the routes that an earlier delivery of the same mail has taken."""
        observation = observing.current()
        if observation is None or not routes:
            return routes
        only = observation.guise.only_aliases
        if only is not None:
            routes = [route for route in routes if route[4] and route[4].id in only]
        observation.note("routes_found", count=len(routes))
        return routes

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        observation = observing.current()
        # Stock empties message_dict and makes new threads as it goes.
        message_id, planned = message_dict["message_id"], list(routes or ())
        if observation is not None and observation.guise.message_id:
            references = message_dict.get("references") or ""
            original = observation.guise.original_id
            message_dict["references"] = f"{references} {original}".strip()
        thread_id = super()._message_route_process(message, message_dict, routes)
        if observation is not None:
            observation.reached += self._mail_gateway_reached(
                message_id, planned, thread_id
            )
        return thread_id

    def _notify_by_email_get_base_mail_values(
        self, message, recipients_data, additional_values=None
    ):
        values = super()._notify_by_email_get_base_mail_values(
            message, recipients_data, additional_values=additional_values
        )
        values["references"] = self.env["mail.gateway.incoming"]._with_originals(
            values.get("references")
        )
        return values

    @api.model
    def _mail_gateway_reached(self, message_id, routes, thread_id):
        """The records that got the message, each with the alias that led there."""
        observation = observing.current()
        posted, rule_id = observation.posted, observation.rule_id
        records = [
            (model, res_id) for known, model, res_id in posted if known == message_id
        ]
        if not records and thread_id:
            records = [(routes[-1][0], thread_id)]
        aliases = [alias.id if alias else 0 for *_route, alias in routes]
        # Stock posts once a route and in their order; with another number than that
        # there is no telling which alias led to which record.
        if len(aliases) != len(records):
            aliases = [0] * len(records)
        return [
            Reached(model, res_id, alias, rule_id)
            for (model, res_id), alias in zip(records, aliases, strict=True)
        ]
