# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import SQL

from ..core.message import header, identity, origin
from ..core.routing import delivery
from ..core.routing.observation import TRACE_VERSION, Guise


class MailGatewayIncoming(models.Model):
    """Several deliveries of one mail, and several mails with one Message-ID."""

    _inherit = "mail.gateway.incoming"

    posted_message_id = fields.Char(
        "Message-ID in Odoo",
        readonly=True,
        index="btree_not_null",
        help="Where Odoo knows the message under another Message-ID than its own,"
        " which another message has.",
    )

    def _delivery(self):
        """The row as core sees it."""
        self.ensure_one()
        joined = self._params_of("deliveries_joined").get("recipients", "")
        texts = f"{self.recipients or ''},{joined}".split(",")
        named = tuple(filter(None, map(str.strip, texts)))
        return delivery.Delivery(self.id, self.state, named)

    def _other_deliveries(self):
        """The rows of other deliveries of the same mail, be it as a mailing list has
        changed it."""
        self.ensure_one()
        if not self.fingerprint:
            return self.browse()
        # In plain SQL, which each message asks: a search takes ten times as long.
        self.flush_model(["fingerprint", "message_id", "date"])
        query = SQL(
            "SELECT id FROM mail_gateway_incoming WHERE id != %s AND"
            " (fingerprint = %s OR message_id = %s AND date = %s) ORDER BY id",
            self.id,
            self.fingerprint,
            self.message_id or None,
            self.date or None,
        )
        found = self.browse(row_id for (row_id,) in self.env.execute_query(query))
        return found.filtered(
            lambda row: (
                row.fingerprint == self.fingerprint
                or self._is_of_list()
                or row._is_of_list()
            )
        )

    def _is_of_list(self):
        return bool(origin.mailing_list(header.Section(self._head_read())))

    def _plan(self, observation):
        """How to process this delivery.

        :return: (row of the first delivery, whether there is anything to process)
        """
        others = self._other_deliveries()
        planned = delivery.plan(
            self._delivery(), [other._delivery() for other in others]
        )
        first = self.browse(planned.first or [])
        further = self._aliases_beyond(planned.recipients, others) if first else None
        if first.state == "quarantined" and (further or self._has_another_way(first)):
            # Nobody has it yet, so this delivery does what that one could not.
            planned = delivery.plan(self._delivery(), [first._joining()])
            first, further = self.browse(), None
            observation.supersedes = True
        elif first and not further:
            return first, False
        self._disguise(observation, planned.recipients, further)
        return first, True

    def _joining(self):
        found = self._delivery()
        return delivery.Delivery(found.id, "duplicate", found.recipients)

    def _has_another_way(self, first):
        """Whether this delivery's mailbox makes records of what no alias takes, or its
        mail server tries again, for it was told that the first one failed."""
        if self.server_id == first.server_id and self.server_id.server_type == "local":
            return True
        model = self.server_id.object_id
        return bool(model and model != first.server_id.object_id)

    def _aliases_beyond(self, addresses, deliveries):
        """The aliases that ``addresses`` lead to and ``deliveries`` did not reach."""
        Alias = self.env["mail.alias"]
        addresses = [*addresses, *Alias._mail_gateway_plain(addresses)]
        found = Alias.search(Alias._mail_gateway_routed(addresses))
        return found - deliveries.outcome_ids.alias_id

    def _disguise(self, observation, recipients, further):
        """Tell Odoo what the bytes alone do not say."""
        own = set(self._delivery().recipients)
        joined = [r for r in recipients if r not in own]
        if joined:
            observation.note("deliveries_joined", recipients=", ".join(joined))
        observation.guise = Guise(
            original_id=self.message_id or "",
            recipients=tuple(recipients),
            only_aliases=frozenset(further.ids) if further else None,
        )
        self._rename(observation, self._derived_message_id(further))

    def _rename(self, observation, message_id):
        if message_id:
            observation.note(
                "message_id_derived", original=self.message_id, derived=message_id
            )
            observation.guise = replace(observation.guise, message_id=message_id)

    def _disguise_report(self, observation, letter):
        """A report under the Message-ID of the mail that it is about, which stock would
        take for a copy of that."""
        about = getattr(letter.said.report, "message_id", "")
        if about and about == self.message_id and not observation.guise.message_id:
            self._rename(observation, identity.derived(self.fingerprint))

    def _derived_message_id(self, further):
        """A Message-ID of our own where stock would take this mail for one it has;
        '' where the message's own will do."""
        if further:
            names = sorted(further.mapped("display_name"))
            return identity.derived(self.fingerprint, *names)
        return identity.derived(self.fingerprint) if self._reuses_message_id() else ""

    def _reuses_message_id(self):
        """Whether another mail of the ledger became a record under this Message-ID.
        Stock would drop this one as a copy of that."""
        self.ensure_one()
        self.flush_model(["message_id", "fingerprint", "state"])
        query = SQL(
            "SELECT FROM mail_gateway_incoming WHERE message_id = %s"
            " AND fingerprint IS DISTINCT FROM %s AND state = 'routed' LIMIT 1",
            self.message_id,
            self.fingerprint or None,
        )
        return bool(self.message_id and self.env.execute_query(query))

    def _supersede(self):
        """What stands in quarantine for the same mail is done with: nobody is to route
        it a second time."""
        others = self._other_deliveries().with_context(tracking_disable=True)
        done = others.filtered(lambda row: row.state == "quarantined")
        for row in done:
            step = {"step": "delivered_again", "params": {"later": str(self.id)}}
            trace = row.trace or {"version": TRACE_VERSION}
            row.write(
                {
                    "state": "duplicate",
                    "reason_code": "delivered_again",
                    "trace": {**trace, "steps": [*row._steps(), step]},
                }
            )
        done.activity_unlink(["mail.mail_activity_data_warning"])
        repeated = others.filtered(lambda row: row.duplicate_of_id in done)
        (done | repeated).duplicate_of_id = self

    @api.model
    def _with_originals(self, references):
        """References with the senders' own Message-IDs beside those we made, so that
        their mail programs find the thread."""
        if identity.DOMAIN not in (references or ""):
            return references
        made = references.split()
        rows = self.sudo().search([("posted_message_id", "in", made)])
        originals = {row.posted_message_id: row.message_id for row in rows}
        pairs = ((originals.get(one), one) for one in made)
        return " ".join(dict.fromkeys(one for pair in pairs for one in pair if one))
