# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import http
from odoo.http import request


class IncomingMessage(http.Controller):
    @http.route(
        "/mail_gateway_plus/incoming/<int:incoming_id>.eml",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, incoming_id):
        """The raw message as a file; who may not read the ledger gets no bytes."""
        row = request.env["mail.gateway.incoming"].browse(incoming_id).exists()
        if not row:
            raise request.not_found()
        return request.make_response(
            row._raw(),
            headers=[
                ("Content-Type", "message/rfc822"),
                ("Content-Disposition", f'attachment; filename="message-{row.id}.eml"'),
                # A message may hold scripts; the browser must not guess at it.
                ("X-Content-Type-Options", "nosniff"),
            ],
        )
