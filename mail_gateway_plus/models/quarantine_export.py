# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What nobody has dealt with yet, as zip files that outlive the ledger.

Memory stays flat: chunks pass one by one into a file, and only a finished file, whose
size is bounded, is handed to Odoo as a whole.
"""

import csv
import io
import logging
import tempfile
import zipfile

from markupsafe import Markup

from odoo import fields

_logger = logging.getLogger(__name__)

#: A zip file is closed once it is larger than this (bytes).
ZIP_SIZE = 48 * 1024 * 1024
#: What would be lost with the ledger: in quarantine, or not even processed.
UNSETTLED = ("quarantined", "received")

_COLUMNS = (
    *("file", "mailbox", "folder", "fetched_on", "state", "reason"),
    *("email_from", "recipients", "subject", "date", "message_id", "size", "digest"),
)


def export(env):
    """Make attachments of all unsettled messages, and tell the administrator.

    :return: the attachments, owned by the administrator and linked to no record
    """
    ids = _unsettled(env)
    owner = env.ref("base.user_admin", raise_if_not_found=False) or env.user
    attachments = env["ir.attachment"]
    while ids:
        with tempfile.TemporaryFile() as file:
            done = _fill(env, file, ids)
            attachments += _attach(env, file, owner, len(attachments) + 1)
        ids = ids[done:]
    if attachments:
        _tell(env, owner, attachments)
    return attachments


def _unsettled(env):
    env.flush_all()
    env.cr.execute(
        "SELECT id FROM mail_gateway_incoming WHERE state IN %s ORDER BY id",
        [UNSETTLED],
    )
    return [row_id for (row_id,) in env.cr.fetchall()]


def _fill(env, file, ids):
    """Put messages and their index into a zip file until it is full.

    :return: how many of them
    """
    index = io.StringIO()
    table = csv.DictWriter(index, _COLUMNS)
    table.writeheader()
    done = 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for row_id in ids:
            name = f"message-{row_id}.eml"
            with archive.open(name, "w", force_zip64=True) as entry:
                for chunk in env["mail.gateway.chunk"]._pieces(row_id):
                    entry.write(chunk)
            table.writerow(_line(env, row_id, name))
            done += 1
            if file.tell() > ZIP_SIZE:
                break
        # With a mark at its beginning, by which spreadsheets know the encoding.
        archive.writestr("index.csv", index.getvalue().encode("utf-8-sig"))
    return done


def _line(env, row_id, name):
    row = env["mail.gateway.incoming"].browse(row_id)
    values = {column: row[column] for column in _COLUMNS if column in row._fields}
    values.update(
        file=name,
        mailbox=row.server_id.name or row.account,
        fetched_on=row.create_date,
        reason=row.reason,
    )
    row.invalidate_recordset()
    return {column: _cell(value) for column, value in values.items()}


def _cell(value):
    """A spreadsheet must not take what strangers wrote for a formula."""
    text = str(value or "")
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text


def _attach(env, file, owner, number):
    file.seek(0)
    return (
        env["ir.attachment"]
        .with_user(owner)
        .sudo()
        .create(
            {
                "name": f"quarantine-{fields.Date.today()}-{number}.zip",
                "raw": file.read(),
                "mimetype": "application/zip",
                "description": "Exported when Mail Gateway Plus was uninstalled",
            }
        )
    )


def _tell(env, owner, attachments):
    names = ", ".join(attachments.mapped("name"))
    _logger.info("Messages in quarantine are exported to the attachments %s", names)
    links = Markup("<br/>").join(
        Markup('<a href="/web/content/%s?download=true">%s</a>')
        % (found.id, found.name)
        for found in attachments
    )
    text = env._(
        "Mail Gateway Plus was uninstalled. The messages that were in its quarantine"
        " are kept in these files:"
    )
    # Free of any record, for those of the ledger go.
    env["mail.activity"].with_context(mail_activity_quick_update=True).create(
        {
            "activity_type_id": env.ref("mail.mail_activity_data_todo").id,
            "summary": env._("E-mail of the quarantine"),
            "note": Markup("<p>%s<br/>%s</p>") % (text, links),
            "user_id": owner.id,
            "res_model_id": False,
            "res_id": False,
        }
    )
