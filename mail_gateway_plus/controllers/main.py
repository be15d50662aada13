# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, http
from odoo.http import content_disposition, request

#: For pages made of somebody's mail: nothing runs, nothing is loaded, nothing leaves.
_CAGE = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self'; sandbox"
)
_SAFE = [
    ("Content-Security-Policy", _CAGE),
    # The browser must neither guess what it got, nor tell others where it is.
    ("X-Content-Type-Options", "nosniff"),
    ("X-DNS-Prefetch-Control", "off"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "private, no-store"),
]


def _pieces(registry, incoming_id):
    """Read while they are sent, for a message may be large; by then the request's own
    cursor is closed."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        yield from env["mail.gateway.chunk"]._pieces(incoming_id)


class IncomingMessage(http.Controller):
    """What is in a message, for those who may read the ledger; others get no byte."""

    def _row(self, incoming_id):
        row = request.env["mail.gateway.incoming"].browse(incoming_id).exists()
        if not row:
            raise request.not_found()
        row.check_access("read")
        return row

    @http.route(
        "/mail_gateway_plus/incoming/<int:incoming_id>.eml",
        type="http",
        auth="user",
        readonly=True,
    )
    def download(self, incoming_id):
        """The raw message as a file."""
        row = self._row(incoming_id)
        row._check_raw()
        size = request.env["mail.gateway.chunk"].sudo()._size(row.id)
        pieces = _pieces(request.env.registry, row.id)
        answer = self._file(pieces, "message/rfc822", f"message-{row.id}.eml")
        answer.headers["Content-Length"] = str(size)
        return answer

    @http.route(
        "/mail_gateway_plus/incoming/<int:incoming_id>/attachment/<int:number>",
        type="http",
        auth="user",
        readonly=True,
    )
    def attachment(self, incoming_id, number):
        found = self._row(incoming_id)._attachment(number)
        if not found:
            raise request.not_found()
        attachment, data = found
        # Whatever the sender calls it, the browser is to save it and not to show it.
        return self._file(data, "application/octet-stream", attachment.name)

    @http.route(
        "/mail_gateway_plus/incoming/<int:incoming_id>/preview",
        type="http",
        auth="user",
        readonly=True,
    )
    def preview(self, incoming_id):
        """The body of the message, for a frame of the form."""
        page = self._row(incoming_id)._preview_page()
        headers = [("Content-Type", "text/html; charset=utf-8"), *_SAFE]
        return request.make_response(page, headers=headers)

    def _file(self, data, kind, name):
        named = ("Content-Disposition", content_disposition(name))
        headers = [("Content-Type", kind), named, *_SAFE]
        return request.make_response(data, headers=headers)
