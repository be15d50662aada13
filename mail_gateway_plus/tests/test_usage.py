# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from .test_outgoing import OutgoingMixin


@tagged("post_install", "-at_install")
class TestFallback(OutgoingMixin, TransactionCase):
    def _refused(self, words):
        return self.assertRaisesRegex(ValidationError, words)

    def test_another_shared_server(self):
        spare = self._server(name="Spare")
        first = self._server(fallback_server_id=spare.id)
        other = self._server(fallback_server_id=spare.id)
        self.assertEqual((first + other).fallback_server_id, spare)
        self.assertFalse(first.copy().fallback_server_id)
        spare.unlink()
        self.assertFalse(first.fallback_server_id)

    def test_never_back_to_where_it_began(self):
        first, second, third = (self._server(name=name) for name in "ABC")
        with self._refused("“A” cannot stand in .*“A”: it would lead back"):
            first.fallback_server_id = first
        first.fallback_server_id, second.fallback_server_id = second, third
        with self._refused("lead back"):
            third.fallback_server_id = first

    def test_not_an_archived_one(self):
        spare = self._server(name="Spare", active=False)
        with self._refused("it is archived"):
            self._server(fallback_server_id=spare.id)

    def test_what_came_to_be_archived_does_not_come_back_by_the_way(self):
        spare = self._server(name="Spare")
        first = self._server(name="First", fallback_server_id=spare.id)
        (first + spare).active = False
        with self._refused("“Spare” cannot .* it is archived"):
            first.active = True
        (first + spare).active = True

    def test_nothing_personal(self):
        ann = new_test_user(self.env, "ann-falls-back", email="ann@h.example")
        mine = self._server(
            name="Ann's", owner_user_id=ann.id, from_filter="ann@h.example"
        )
        spare = self._server(name="Spare")
        with self._refused("personal"):
            self._server(fallback_server_id=mine.id)
        with self._refused("personal"):
            mine.fallback_server_id = spare
        mine.write({"owner_user_id": False, "fallback_server_id": False})
        first = self._server(name="First", fallback_server_id=mine.id)
        with self._refused("“Ann's” cannot .*: personal"):
            mine.owner_user_id = ann
        self.assertEqual(first.fallback_server_id, mine)


@tagged("post_install", "-at_install")
class TestUsage(OutgoingMixin, TransactionCase):
    def test_each_usage_is_named(self):
        mailbox = self._mailbox(name="Box")
        server = self._server(smtp_authentication="mailbox", mailbox_id=mailbox.id)
        self._server(name="First", fallback_server_id=server.id)
        self.env["mail.gateway.identity"].create(
            {"name": "Sales", "email": "s@h.example", "mail_server_id": server.id}
        )
        unused = self._server(name="Unused")
        usages = (server + unused)._active_usages_compute()
        self.assertEqual([*usages], [server.id])
        for text, words in zip(
            usages[server.id], ("First", "Sales <s@h.example>", "Box"), strict=True
        ):
            self.assertIn(words, text)
        with self.assertRaisesRegex(UserError, "First.*\n.*Sales.*\n.*Box"):
            server.active = False

    def test_what_is_archived_uses_nothing(self):
        spare = self._server(name="Spare")
        first = self._server(name="First", fallback_server_id=spare.id)
        identity = self.env["mail.gateway.identity"].create(
            {"name": "Sales", "email": "s@h.example", "mail_server_id": spare.id}
        )
        with self.assertRaisesRegex(UserError, "First.*give that one another"):
            spare.active = False
        first.active = identity.active = False
        spare.active = False

    def test_server_and_its_fallback_go_together(self):
        spare = self._server(name="Spare")
        both = spare + self._server(name="First", fallback_server_id=spare.id)
        both.active = False
        self.assertFalse(any(both.mapped("active")))

    def test_twins_are_archived_one_after_the_other(self):
        mailbox = self._mailbox(name="Box")
        server = self._server(smtp_authentication="mailbox", mailbox_id=mailbox.id)
        with self.assertRaisesRegex(UserError, "Box .*archive that one first"):
            server.active = False
        mailbox.active = False
        server.active = False
        self.assertFalse(server.active or mailbox.active)
