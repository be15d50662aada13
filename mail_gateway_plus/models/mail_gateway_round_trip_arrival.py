# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import UTC, timedelta

from odoo import api, fields, models

from ..core.delivery import arrival, roundtrip
from ..core.dns import dkim_signature, mx
from ..core.routing.observation import Reached


class MailGatewayRoundTrip(models.Model):
    """The way back: a message of the ledger that a round trip has sent."""

    _inherit = "mail.gateway.round.trip"

    @api.model
    def _recognise(self, row, said, observation):
        """Whether a message is one of ours, or the report of one: then it is noted and
        nothing else becomes of it.

        :param row: of mail.gateway.incoming
        :param said: its message, a ``core.message.statement.Statement``
        """
        raw, section = said.raw, said.section
        token = roundtrip.carried(raw, section)
        if trip := self._of_token(token):
            trip._returned(row, raw)
            observation.note("round_trip", **trip._named())
        elif trip := self._of_token(roundtrip.reported(raw, section)):
            meaning = roundtrip.bounced(raw)
            if meaning is None:
                observation.note("round_trip_late", **trip._named())
            else:
                trip._bounced(row, meaning)
                said = meaning.said
                observation.note("round_trip_bounce", reply=said, **trip._named())
        if trip:
            permission = trip.permission_id
            observation.reached.append(Reached(permission._name, permission.id))
        return bool(trip)

    @api.model
    def _of_token(self, token):
        """The trip that still waits for what has this token; empty for a forged one,
        and for one that is used or stale."""
        if not token:
            return self.browse()
        since = fields.Datetime.now() - timedelta(days=roundtrip.VALID_DAYS)
        return self.sudo().search(
            [
                ("token_digest", "=", roundtrip.digest(token)),
                ("state", "in", roundtrip.OPEN),
                ("sent_on", ">=", since),
            ]
        )

    def _named(self):
        return {"sender": self.email, "server": self.mail_server_id.name or ""}

    def _returned(self, row, raw):
        mailbox = row.server_id
        addresses = [self.recipient, mailbox.user or ""]
        names = roundtrip.names_of(mailbox.server or "", *addresses)
        found = arrival.read(raw, names)
        ending = roundtrip.returned(self.email, found)
        self.write(
            {
                "state": "returned",
                "incoming_id": row.id,
                "arrived_on": self._moment(found) or fields.Datetime.now(),
                "arrived_from": found.sender,
                "added_sender": found.added != found.sender and found.added,
                "return_path": self._path(found),
                "checked_by": found.checked_by,
                "encryption": self._encryption(found.last_hop),
                **self._learned(found.last_hop, raw),
                **{method: self._result(found, method) for method in arrival.METHODS},
            }
        )
        self._tell(ending.state, ending.evidence, ending.code, "after")
        self.env["mail.gateway.domain"].sudo()._look_soon(self.email)

    @api.model
    def _learned(self, hop, raw):
        """What the check of the domain wants to know: the message goes in time."""
        signed = [dkim_signature.parsed(one) for one in dkim_signature.fields(raw)]
        address = hop.address if hop and mx.is_public(hop.address) else False
        return {
            "came_from": address,
            "came_encrypted": hop and ("yes" if hop.is_encrypted else "no"),
            "signatures": {"keys": [[s.domain, s.selector] for s in signed if s]},
        }

    @api.model
    def _moment(self, found):
        if not found.moment:
            return None
        moment = found.moment.astimezone(UTC).replace(tzinfo=None)
        # A clock that is wrong by hours says nothing about the way.
        is_near = abs(fields.Datetime.now() - moment) < timedelta(
            days=roundtrip.VALID_DAYS
        )
        return moment if is_near else None

    @api.model
    def _path(self, found):
        return "<>" if found.return_path == "" else found.return_path

    def _encryption(self, hop):
        if not hop:
            return False
        said = hop.tls or (hop.is_encrypted and self.env._("Encrypted"))
        said = said or self.env._("None")
        between = " → ".join(filter(None, [hop.source, hop.by]))
        return f"{said} ({between})" if between else said

    @api.model
    def _result(self, found, method):
        """ "pass (h.example)" """
        if method not in found.results:
            return False
        result, whom = found.results[method]
        return f"{result} ({whom})" if whom else result

    def _bounced(self, row, meaning):
        self.write(
            {
                "state": "bounced",
                "incoming_id": row.id,
                "arrived_on": fields.Datetime.now(),
            }
        )
        state = roundtrip.refused(meaning, "after")
        self._tell(state, meaning.said, meaning.code, "after")
