# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What installing and uninstalling change outside the addon's own records."""

from .models import quarantine_export

#: Stock fetches every 5 minutes; a minute lets each mailbox keep its own frequency.
FETCH_INTERVAL = 1
FETCH_CRON = "mail.ir_cron_mail_gateway_action"
#: Where the interval found at installation waits for the uninstallation.
STOCK_INTERVAL = "mail_gateway_plus.stock_fetch_interval"


def pre_init_hook(env):
    """Mailboxes that exist keep connecting as they did; only new ones verify. Nobody
    is responsible for them yet: the default would be whoever installs, that is
    OdooBot. Over POP3 stock deletes what it fetched; that stays so, but comes after
    the outcome."""
    env.cr.execute(
        """
        ALTER TABLE fetchmail_server
            ADD COLUMN IF NOT EXISTS connection_security varchar,
            ADD COLUMN IF NOT EXISTS responsible_id integer,
            ADD COLUMN IF NOT EXISTS after_fetch varchar;
        UPDATE fetchmail_server
           SET connection_security = CASE WHEN is_ssl THEN 'ssl' ELSE 'none' END
         WHERE connection_security IS NULL;
        UPDATE fetchmail_server
           SET after_fetch = CASE WHEN server_type = 'pop' THEN 'delete' ELSE 'seen' END
         WHERE after_fetch IS NULL
        """
    )


def post_init_hook(env):
    cron = env.ref(FETCH_CRON)
    params = env["ir.config_parameter"].sudo()
    params.set_param(STOCK_INTERVAL, f"{cron.interval_number} {cron.interval_type}")
    cron.write({"interval_number": FETCH_INTERVAL, "interval_type": "minutes"})
    mailboxes = env["fetchmail.server"].with_context(active_test=False).search([])
    mailboxes._renew_findings()


def uninstall_hook(env):
    """The fetch is stock's again, and no message goes with the ledger that nobody has
    dealt with."""
    quarantine_export.export(env)
    params = env["ir.config_parameter"].sudo()
    number, _blank, unit = params.get_param(STOCK_INTERVAL, "5 minutes").partition(" ")
    env.ref(FETCH_CRON).write({"interval_number": int(number), "interval_type": unit})
    params.search([("key", "=like", "mail_gateway_plus.%")]).unlink()
