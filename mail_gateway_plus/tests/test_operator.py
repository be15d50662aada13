# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import ast

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import RAW, QuarantineMixin

SECRETS = (
    "password",
    "google_gmail_refresh_token",
    "google_gmail_access_token",
    "microsoft_outlook_refresh_token",
    "microsoft_outlook_access_token",
)


@tagged("post_install", "-at_install")
class TestOperator(QuarantineMixin, TransactionCase):
    """What somebody who is a mail operator and nothing else does with a message."""

    def notes(self, row):
        return [
            (message.author_id, str(message.body)) for message in row.sudo().message_ids
        ]

    # --- process again, ignore, delete

    def test_reprocess_is_noted(self):
        row = self.quarantined()
        self.as_operator(row).action_reprocess()
        self.assertEqual(row.state, "received")
        author, body = self.notes(row)[0]
        self.assertEqual(author, self.operator.partner_id)
        self.assertIn("Processed again", body)

    def test_many_of_which_some_are_settled(self):
        rows = self.quarantined() + self.quarantined() + self.quarantined()
        rows[0].state = "routed"
        answer = self.as_operator(rows).action_reprocess()
        self.assertEqual(rows.mapped("state"), ["routed", "received", "received"])
        self.assertIn("2 treated; 1 left", answer["params"]["message"])

    def test_ignore_tells_who_did_it(self):
        row = self.quarantined()
        self.as_operator(row).action_ignore()
        self.assertEqual((row.state, row.reason_code), ("ignored", "ignored_by_hand"))
        self.assertIn(self.operator.name, row.reason_cause)
        self.assertIn("1. Nobody to give it to", row.steps)
        self.assertIn("2. Ignored by hand", row.steps)

    def test_delete_and_never_fetch_again(self):
        folder = self.env["mail.gateway.folder"].create(
            {"server_id": self.mailbox.id, "name": "INBOX", "uidvalidity": "7"}
        )
        row = self.quarantined()
        uid = row.uid
        self.as_operator(row).action_delete()
        self.assertFalse(row.exists())
        self.assertEqual(folder._forgotten([uid]), {uid})

    # --- send to a record

    def test_new_record_of_a_model_that_the_operator_may_make(self):
        row = self.quarantined()
        with self.assertRaises(AccessError):
            self.route(row, kind="new", res_model="res.partner")
        self.assertEqual(row.state, "quarantined")
        self.operator.group_ids += self.env.ref("base.group_partner_manager")
        self.route(row, kind="new", res_model="res.partner")
        self.assertEqual(row.state, "routed")
        self.assertEqual(row.outcome_ids.res_model, "res.partner")
        self.assertIn(self.operator.name, row.steps)
        self.assertIn("Sent to Contact", self.notes(row)[0][1])

    def test_record_that_the_operator_may_write(self):
        row = self.quarantined()
        partner = self.env["res.partner"].create({"name": "Target"})
        target = {"kind": "existing", "res_model": "res.partner", "res_id": partner.id}
        with self.assertRaises(AccessError):
            self.route(row, **target)
        self.operator.group_ids += self.env.ref("base.group_partner_manager")
        self.route(row, **target)
        self.assertEqual(row.outcome_ids.res_id, partner.id)
        self.assertIn("Hello", str(partner.message_ids[0].body))

    def test_models_that_are_offered_are_those_one_may_write(self):
        offered = self.route_wizard(self.quarantined())._selection_res_model()
        names = [name for name, _label in offered]
        self.assertNotIn("res.partner", names)
        self.assertNotIn("mail.gateway.incoming", names)
        self.operator.group_ids += self.env.ref("base.group_partner_manager")
        offered = self.route_wizard(self.quarantined())._selection_res_model()
        self.assertIn("res.partner", [name for name, _label in offered])

    def test_no_record_chosen(self):
        self.operator.group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaisesRegex(UserError, "Choose the record"):
            self.route(self.quarantined(), kind="existing", res_model="res.partner")

    def test_message_of_which_there_is_the_head_only(self):
        row = self.quarantined()
        step = {"step": "message_too_large", "params": {"size": "60", "limit": "50"}}
        trace = {"version": 1, "steps": [step]}
        row.write(
            {"reason_code": "message_too_large", "trace": trace, "head_only": True}
        )
        self.operator.group_ids += self.env.ref("base.group_partner_manager")
        with self.assertRaisesRegex(UserError, "Only the headers"):
            self.route(row, kind="new", res_model="res.partner")
        self.assertIn("Only the headers", self.as_operator(row).get_preview()["note"])
        self.as_operator(row).action_ignore()
        self.as_operator(row).action_reprocess()
        self.assertEqual(row.state, "quarantined", "the head alone is not processed")
        self.assertTrue(row.fetch_again)

    def route_wizard(self, row, **values):
        values = {"kind": "new", "res_model": False, **values}
        action = self.as_operator(row).action_route_to()
        Model = self.env[action["res_model"]].with_user(self.operator)
        return Model.with_context(**action["context"]).new(values)

    def route(self, row, **values):
        action = self.as_operator(row).action_route_to()
        Model = self.env[action["res_model"]].with_user(self.operator).sudo()
        # The list of models is narrower than this; the rights are what counts.
        wizard = Model.with_context(**action["context"]).create(values)
        wizard.sudo(False).action_send()

    # --- answer

    def answer(self, row, **values):
        return self.wizard(self.as_operator(row).action_answer(), **values)

    def test_answer_goes_to_the_queue_and_says_that_it_is_automatic(self):
        row = self.quarantined()
        self.answer(row, body="<p>Nobody here.</p>").action_send()
        self.assertEqual((row.state, row.reason_code), ("rejected", "answered_by_hand"))
        mail = self.env["mail.mail"].search([("email_to", "=", "ann@out.example")])
        self.assertEqual((mail.state, mail.subject), ("outgoing", "Re: Lost"))
        headers = ast.literal_eval(mail.headers)
        self.assertEqual(headers["Auto-Submitted"], "auto-replied")
        self.assertEqual(headers["In-Reply-To"], "<lost@out.example>")
        self.assertEqual(mail.references, "<lost@out.example>")
        self.assertIn("Nobody here.", mail.body_html)
        self.assertIn("nobody@demo.example", mail.body_html)
        self.assertIn("Nobody here.", self.notes(row)[0][1])

    def test_nobody_is_answered_twice(self):
        row = self.quarantined()
        self.answer(row).action_send()
        again = self.answer(row)
        self.assertFalse(again.recipients)
        self.assertIn("Answered already", again.skipped)
        with self.assertRaisesRegex(UserError, "Answered already"):
            again.action_send()

    def test_programs_are_not_answered(self):
        automatic = self.quarantined(b"Auto-Submitted: auto-replied\r\n" + RAW)
        person = self.quarantined()
        wizard = self.answer(automatic + person)
        self.assertEqual(wizard.recipients, "ann@out.example")
        self.assertIn("Written by a program", wizard.skipped)
        wizard.action_send()
        self.assertEqual(automatic.state, "quarantined")
        self.assertEqual(person.state, "rejected")

    def test_broken_line_hides_nothing_that_forbids_an_answer(self):
        raw = RAW.replace(b"\r\n\r\n", b"\r\nnobody's\r\nPrecedence: list\r\n\r\n")
        self.assertIn("Mail to many", self.answer(self.quarantined(raw)).skipped)

    def test_own_addresses_are_not_answered(self):
        domain = self.env["mail.alias.domain"].create({"name": "own.example"})
        raw = RAW.replace(b"ann@out.example>", domain.catchall_email.encode() + b">", 1)
        self.assertIn(
            "From an address of our own", self.answer(self.quarantined(raw)).skipped
        )

    def test_settled_messages_are_not_treated(self):
        row = self.quarantined()
        row.state = "routed"
        for action in ("action_route_to", "action_answer"):
            with self.subTest(action), self.assertRaisesRegex(UserError, "settled"):
                getattr(self.as_operator(row), action)()

    # --- the activity

    def test_activity_goes_on_to_the_next_message_and_closes_after_the_last(self):
        first, second = self.quarantined(tell=True), self.quarantined(tell=True)
        self.assertTrue(first.activity_ids)
        self.assertFalse(second.activity_ids)
        self.as_operator(first).action_ignore()
        self.assertFalse(first.activity_ids)
        self.assertEqual(len(second.activity_ids), 1)
        third = self.quarantined(tell=True)
        self.assertFalse(third.activity_ids, "one for a mailbox")
        self.as_operator(second).action_delete()
        self.assertEqual(len(third.activity_ids), 1)
        self.as_operator(third).action_reprocess()
        self.assertFalse(third.activity_ids)

    def test_activities_of_people_stay(self):
        row = self.quarantined()
        mine = row.activity_schedule("mail.mail_activity_data_warning", automated=False)
        self.as_operator(row).action_ignore()
        self.assertTrue(mine.exists())

    # --- rights

    def test_writes_nothing_past_the_actions(self):
        row = self.as_operator(self.quarantined())
        for values in ({"state": "received"}, {"email_from": "x@y.example"}):
            with self.subTest(values), self.assertRaises(AccessError):
                row.write(values)
        with self.assertRaises(AccessError):
            self.as_operator(self.mailbox).fetch_mail()

    def test_others_do_nothing(self):
        row = self.quarantined()
        employee = new_test_user(self.env, "clerk", groups="base.group_user")
        for action in (
            "action_reprocess",
            "action_route_to",
            "action_answer",
            "action_ignore",
            "action_delete",
            "get_preview",
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(row.with_user(employee), action)()
        for model in ("mail.gateway.route.wizard", "mail.gateway.answer.wizard"):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(employee).create({})

    def test_company_rules_hold_for_each_action(self):
        company = self.env["res.company"].create({"name": "Other"})
        theirs = self.env["fetchmail.server"].create(
            {"name": "Theirs", "company_id": company.id}
        )
        row = self.as_operator(self.quarantined(mailbox=theirs))
        for action in (
            "action_reprocess",
            "action_route_to",
            "action_answer",
            "action_ignore",
            "action_delete",
            "get_preview",
        ):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(row, action)()
        for model, values in (
            ("mail.gateway.answer.wizard", {}),
            ("mail.gateway.route.wizard", {"res_model": "mail.activity.plan"}),
        ):
            with self.subTest(model), self.assertRaises(AccessError):
                Model = self.env[model].with_user(self.operator).sudo()
                wizard = Model.create({**values, "incoming_ids": row.ids})
                wizard.sudo(False).action_send()
        self.assertEqual(row.sudo().state, "quarantined")

    def test_no_way_to_a_password(self):
        self.mailbox.password = "s3cret"
        self.quarantined()
        self.operator.group_ids += self.env.ref("base.group_allow_export")
        Mailbox = self.env["fetchmail.server"].with_user(self.operator)
        box = Mailbox.browse(self.mailbox.id)
        ledger = self.env["mail.gateway.incoming"].with_user(self.operator)
        shown = Mailbox.fields_get()
        for name in filter(self.mailbox._fields.get, SECRETS):
            self.assertNotIn(name, shown)
            ways = {
                "read": lambda name=name: box.read([name]),
                "export": lambda name=name: box.export_data([name]),
                "search": lambda name=name: Mailbox.search([(name, "like", "s%")]),
                "group": lambda name=name: Mailbox.formatted_read_group([], [name]),
                "order": lambda name=name: Mailbox.search([], order=name),
                "path": lambda name=name: ledger.search(
                    [(f"server_id.{name}", "like", "s%")]
                ),
                "export path": lambda name=name: ledger.search([]).export_data(
                    [f"server_id/{name}"]
                ),
                "specification": lambda name=name: box.web_read({name: {}}),
            }
            for way, ask in ways.items():
                with self.subTest(f"{way} {name}"), self.assertRaises(AccessError):
                    ask()
        texts = [name for name, field in shown.items() if field["type"] == "char"]
        self.assertNotIn("s3cret", str(box.read(texts)))
