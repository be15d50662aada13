# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, TransactionCase, new_test_user, tagged


class PermissionMixin:
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.mail_server"].search([]).unlink()
        cls.env["mail.template"].search([]).email_from = False
        cls.server = cls._server("Relay", smtp_user="erp@h.example")
        groups = "mail_gateway_plus.group_operator"
        cls.operator = new_test_user(cls.env, "looks", groups=groups)
        groups = "mail_gateway_plus.group_manager"
        cls.manager = new_test_user(cls.env, "decides", groups=groups)

    @classmethod
    def _server(cls, name, **values):
        place = {"smtp_host": "relay.h.example", "smtp_port": 587}
        return cls.env["ir.mail_server"].create({"name": name, **place, **values})

    @classmethod
    def _permission(cls, email, state="refused", server=None, **values):
        return cls.env["mail.gateway.permission"].create(
            {
                "email": email,
                "mail_server_id": (server or cls.server).id,
                "state": state,
                "checked_on": fields.Datetime.now(),
                **values,
            }
        )


@tagged("post_install", "-at_install")
class TestSenders(PermissionMixin, TransactionCase):
    def _found(self, server=None):
        found, _over = (server or self.server)._sender_candidates()
        return {one.email: one for one in found}

    def test_all_that_odoo_would_send_as(self):
        domain = self.env["mail.alias.domain"].create(
            {"name": "h.example", "default_from": "Other@else.example"}
        )
        company = self.env["res.company"].create(
            {
                "name": "H",
                "email": '"H" <Office@H.example>',
                "alias_domain_id": domain.id,
            }
        )
        new_test_user(self.env, "ann", email="Ann@h.example")
        portal = "base.group_portal"
        new_test_user(self.env, "guest", email="guest@h.example", groups=portal)
        model = self.env["ir.model"]._get_id("res.partner")
        self.env["mail.template"].create(
            [
                {"name": "A", "model_id": model, "email_from": '"T" <t@h.example>'},
                {"name": "B", "model_id": model, "email_from": "{{ object.email }}"},
                {"name": "C", "model_id": model, "email_from": "no address"},
            ]
        )
        found = self._found()
        self.assertEqual(next(iter(found)), "erp@h.example")
        expected = {
            "erp@h.example": "account",
            "other@else.example": "domain",
            "bounce@h.example": "domain",
            "catchall@h.example": "domain",
            "office@h.example": "company",
            "t@h.example": "template",
            "ann@h.example": "user",
        }
        for email, source in expected.items():
            self.assertEqual(found[email].source, source)
        self.assertNotIn("guest@h.example", found)
        self.assertFalse([email for email in found if "{" in email or " " in email])
        self.assertEqual(found["office@h.example"].company, company.id)

    def test_only_what_its_list_lets_through(self):
        Identity = self.env["mail.gateway.identity"]
        Identity.create(
            [
                {"name": n, "email": n}
                for n in ("a@h.example", "b@h.example", "a@x.example")
            ]
        )
        self.server.from_filter = "A@h.example, x.example"
        self.assertEqual(
            set(self._found()), {"erp@h.example", "a@h.example", "a@x.example"}
        )

    def test_identity_of_another_server_is_asked_there(self):
        other = self._server("Other")
        values = {"name": "A", "email": "a@h.example", "mail_server_id": other.id}
        identity = self.env["mail.gateway.identity"].create(values)
        self.assertNotIn("a@h.example", self._found())
        self.assertEqual(self._found(other)["a@h.example"].identity, identity.id)

    def test_personal_server_sends_as_its_owner_alone(self):
        own = {"owner_user_id": self.manager.id, "from_filter": "me@h.example"}
        server = self._server("Mine", smtp_user="me@h.example", **own)
        self.assertEqual(set(self._found(server)), {"me@h.example"})
        with self.assertRaisesRegex(UserError, "personal"):
            server.with_user(self.env.ref("base.user_admin")).action_check_permissions()

    def test_too_many_are_cut_and_counted(self):
        emails = [f"p{number}@h.example" for number in range(1010)]
        self.env["mail.gateway.identity"].create(
            [{"name": e, "email": e} for e in emails]
        )
        found, over = self.server._sender_candidates()
        self.assertEqual(len(found), 1000)
        self.assertGreaterEqual(over, 11)

    def test_recipient_is_always_ours(self):
        self.assertEqual(self.server._survey_recipient(), "erp@h.example")
        self.server.smtp_user = "apikey"
        domain = self.env["mail.alias.domain"].search([], limit=1)
        domain = domain or domain.create({"name": "h.example"})
        self.assertEqual(self.server._survey_recipient(), domain.catchall_email)
        self.env["res.company"].search([]).alias_domain_id = False
        self.env["mail.alias"].search([]).alias_domain_id = False
        self.env["mail.alias.domain"].search([]).unlink()
        self.env.company.email = "office@h.example"
        self.assertEqual(self.server._survey_recipient(), "office@h.example")
        self.env["res.company"].search([]).email = False
        self.env.user.email = False
        with self.assertRaisesRegex(UserError, "address of your company"):
            self.server.action_check_permissions()

    def test_server_without_a_name_says_so(self):
        self.server.smtp_host = False
        with self.assertRaisesRegex(UserError, "SMTP Server"):
            self.server.action_check_permissions()


@tagged("post_install", "-at_install")
class TestPermission(PermissionMixin, TransactionCase):
    def test_identity_takes_addresses_only(self):
        Identity = self.env["mail.gateway.identity"]
        made = Identity.create({"name": "Sales", "email": '"S" <Sales@H.example>'})
        self.assertEqual(made.email, "sales@h.example")
        for bad in ("sales", "a@b.example, c@d.example", ""):
            with self.assertRaises(ValidationError):
                made.email = bad

    def test_permission_is_for_a_bare_address(self):
        with self.assertRaises(ValidationError):
            self._permission("Ann <ann@h.example>")

    def test_rights(self):
        found = self._permission("a@h.example")
        identity = self.env["mail.gateway.identity"].create(
            {"name": "A", "email": "a@h.example"}
        )
        for user in (self.operator, self.manager):
            read = found.with_user(user).read(["other_server_id", "title", "is_old"])
            self.assertTrue(read)
            with self.assertRaises(AccessError):
                found.with_user(user).state = "allowed"
            groups = found.with_user(user).formatted_read_group(
                [], ["mail_server_id"], ["__count"]
            )
            self.assertTrue(groups)
            with self.assertRaises(AccessError):
                found.with_user(user).action_send_from_account()
        with self.assertRaises(AccessError):
            identity.with_user(self.operator).name = "B"
        identity.with_user(self.manager).name = "B"
        employee = new_test_user(self.env, "nobody")
        with self.assertRaises(AccessError):
            found.with_user(employee).read(["email"])

    def test_operators_look_for_a_server_and_managers_choose_one(self):
        found = self._permission("a@h.example")
        Permission = found.with_user(self.operator)
        self.assertEqual(Permission.search([("mail_server_id", "=", "Relay")]), found)
        identity = self.env["mail.gateway.identity"].create(
            {"name": "A", "email": "a@h.example"}
        )
        with Form(identity.with_user(self.manager)) as form:
            servers = self.server.with_user(self.manager).name_search("Relay")
            self.assertEqual([number for number, _name in servers], self.server.ids)
            form.mail_server_id = self.server
        self.assertEqual(identity.mail_server_id, self.server)
        with self.assertRaises(AccessError):
            self.server.with_user(self.operator).read(["smtp_pass"])

    def test_who_may_read_servers_only_opens_one(self):
        """As the application for mailings lets its users."""
        reader = new_test_user(self.env, "reads")
        self.env["ir.model.access"].create(
            {
                "name": "reads servers",
                "model_id": self.env["ir.model"]._get_id("ir.mail_server"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
            }
        )
        for user in (reader, self.operator, self.manager):
            self.assertTrue(self.server.with_user(user).read())
            Form(self.server.with_user(user))

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        found = self._permission("a@h.example", company_id=other.id)
        shared = self._permission("b@h.example")
        Identity = self.env["mail.gateway.identity"]
        values = {"name": "A", "email": "a@h.example", "company_id": other.id}
        Identity.create(values)
        Permission = self.env["mail.gateway.permission"].with_user(self.operator)
        self.assertEqual(
            Permission.search([("id", "in", (found + shared).ids)]), shared
        )
        self.assertFalse(Identity.with_user(self.operator).search([("name", "=", "A")]))
        self.operator.company_ids = [Command.link(other.id)]
        allowed = Permission.with_context(allowed_company_ids=[other.id])
        self.assertIn(found, allowed.search([]))

    def test_personal_servers_are_their_owners(self):
        server = self._server(
            "Mine", owner_user_id=self.manager.id, from_filter="m@h.example"
        )
        found = self._permission("m@h.example", server=server)
        Permission = self.env["mail.gateway.permission"]
        self.assertIn(found, Permission.with_user(self.manager).search([]))
        self.assertNotIn(found, Permission.with_user(self.operator).search([]))
        with self.assertRaises(UserError):
            found.action_send_from_account()
        self.assertTrue(server.with_user(self.manager).read(["name", "smtp_host"]))
        self.assertTrue(server.with_user(self.env.ref("base.user_admin")).read())
        with self.assertRaises(AccessError):
            server.with_user(self.operator).read(["name"])
        servers = self.env["ir.mail_server"].with_user(self.operator)
        self.assertFalse(servers.name_search("Mine"))

    def test_old_evidence_is_found(self):
        old = self._permission("a@h.example")
        old.checked_on = fields.Datetime.now() - timedelta(days=15)
        new = self._permission("b@h.example")
        self.assertTrue(old.is_old)
        self.assertFalse(new.is_old)
        self.assertEqual(old.search([("is_old", "=", True)]), old)
        self.assertEqual(old.search([("is_old", "=", False)]), new)
        Params = self.env["ir.config_parameter"]
        Params.set_param("mail_gateway_plus.permission_days", "0")
        self.env.invalidate_all()
        self.assertFalse(old.is_old)
        self.assertFalse(old.search([("is_old", "=", True)]))

    def test_interval_is_a_setting(self):
        Settings = self.env["res.config.settings"]
        self.assertEqual(Settings.create({}).mail_gateway_permission_days, 7)
        Settings.create({"mail_gateway_permission_days": 0}).set_values()
        self.assertIsNone(self.env["ir.mail_server"]._permission_interval())
        with self.assertRaises(ValidationError):
            Settings.create({"mail_gateway_permission_days": -1})

    def test_one_click_sends_from_the_account(self):
        told = self._permission("a@h.example").action_send_from_account()
        self.assertEqual(self.server.sender_policy, "account")
        self.assertEqual(self.server.from_mode, "via")
        self.assertIn("erp@h.example", told["params"]["message"])

    def test_refusal_that_does_no_harm_any_more_says_so(self):
        found = self._permission("a@h.example")
        listed = self._permission("b@h.example")
        account = self._permission("erp@h.example")
        self.assertFalse((found + listed).filtered("is_moved"))
        found.action_send_from_account()
        self.server.write({"sender_policy": "listed", "from_filter": "b@h.example"})
        self.env.invalidate_all()
        rows = (found + listed + account).with_user(self.operator)
        self.assertEqual(rows.mapped("is_moved"), [True, False, False])
        self.assertEqual(rows.mapped("is_account"), [False, False, True])
        with self.assertRaisesRegex(UserError, "has to let it send first"):
            account.action_send_from_account()

    def test_one_click_uses_another_server(self):
        self.server.from_filter = "h.example, a@h.example"
        other = self._server("Other", from_filter="else.example")
        found = self._permission("a@h.example")
        with self.assertRaisesRegex(UserError, "No other"):
            found.action_use_other_server()
        self._permission("a@h.example", "allowed", other)
        self.env.invalidate_all()
        self.assertEqual(found.other_server_id, other)
        found.action_use_other_server()
        chosen, sender = self.env["ir.mail_server"]._find_mail_server("a@h.example")
        self.assertEqual((chosen, sender), (other, "a@h.example"))
        self.assertEqual(self.server.from_filter, "h.example")

    def test_server_for_all_addresses_is_not_narrowed_to_one(self):
        other = self._server("Other")
        found = self._permission("a@h.example")
        self._permission("a@h.example", "allowed", other)
        with self.assertRaisesRegex(UserError, "FROM Filtering is empty"):
            found.action_use_other_server()
        self.assertFalse(other.from_filter)

    def test_forms_open(self):
        with Form(self.env["mail.gateway.identity"]) as form:
            form.name, form.email = "Sales", "sales@h.example"
        Form(self._permission("a@h.example"))
        with Form(self.server) as form:
            self.assertEqual(form.permission_count, 1)
