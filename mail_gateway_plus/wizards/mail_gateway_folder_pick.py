# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.fields import Command

from ..core.mailbox.foldername import INBOX


def _place(folder):
    """INBOX first, then by name; folders below others follow them."""
    parts = folder.name.split(folder.delimiter or None)
    return folder.name != INBOX, [part.casefold() for part in parts]


class MailGatewayFolderPick(models.TransientModel):
    """The folders of a mailbox as its server lists them, to pick from."""

    _name = "mail.gateway.folder.pick"
    _description = "Pick Folders of a Mailbox"

    server_id = fields.Many2one(
        "fetchmail.server", "Mailbox", required=True, readonly=True, ondelete="cascade"
    )
    purpose = fields.Selection(
        [("fetch", "Folders to fetch"), ("move", "Folder to move messages to")],
        required=True,
        readonly=True,
    )
    line_ids = fields.One2many("mail.gateway.folder.pick.line", "pick_id", "Folders")

    @api.model
    def _of(self, server, folders, purpose):
        """:param folders: those that the session listed"""
        chosen = set(server.folder_ids.mapped("name")) or {INBOX}
        if purpose == "move":
            chosen = {server.move_to}
        lines = [
            {
                "name": folder.name,
                "special": folder.special,
                "is_selectable": folder.selectable,
                "is_picked": folder.name in chosen,
            }
            for folder in sorted(folders, key=_place)
            if folder.selectable
        ]
        # Only a listed folder can be ticked, and one that is missing is to be seen.
        listed = {line["name"] for line in lines}
        lines += [
            {"name": name, "is_picked": True, "is_missing": True}
            for name in sorted(filter(None, chosen - listed))
        ]
        return self.create(
            {
                "server_id": server.id,
                "purpose": purpose,
                "line_ids": [Command.create(line) for line in lines],
            }
        )

    def _show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Folders of “%s”", self.server_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_apply(self):
        """Fetch from the ticked folders from now on; what is remembered of those that
        stay is kept."""
        self.ensure_one()
        picked = set(self.line_ids.filtered("is_picked").mapped("name"))
        folders = self.server_id.folder_ids
        new = sorted(picked - set(folders.mapped("name")))
        gone = folders.filtered(lambda folder: folder.name not in picked)
        self.server_id.folder_ids = [
            *(Command.delete(folder.id) for folder in gone),
            *(Command.create({"name": name}) for name in new),
        ]
        return {"type": "ir.actions.act_window_close"}


class MailGatewayFolderPickLine(models.TransientModel):
    _name = "mail.gateway.folder.pick.line"
    _description = "Folder to Pick"
    _order = "id"

    pick_id = fields.Many2one(
        "mail.gateway.folder.pick", required=True, ondelete="cascade"
    )
    name = fields.Char("Folder", required=True, readonly=True)
    special = fields.Char("Meant for", readonly=True)
    is_selectable = fields.Boolean(readonly=True)
    is_missing = fields.Boolean("Not on the Server", readonly=True)
    is_picked = fields.Boolean("Fetch")

    def action_move_here(self):
        self.ensure_one()
        self.pick_id.server_id.write({"after_fetch": "move", "move_to": self.name})
        return {"type": "ir.actions.act_window_close"}
