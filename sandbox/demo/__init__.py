# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo: a company with mailboxes, some mail in them, and what became of it.

``plan``     which message goes into which mailbox, and how it has to end
``messages`` the messages as files
``letters``  from a file to the bytes that are delivered
``company``  departments, aliases, mailboxes and what Odoo has sent before
``mail``     into the mailboxes and out of them
``results``  what the ledger says, beside what the plan says
``table``    the same for people
"""

import contextlib
from collections.abc import Iterator

from .. import process
from ..say import Missing, line, step
from ..stack import Stack
from . import letters, table
from .plan import BOXES

DATABASE = "demo"
LEDGER = "action-mail_gateway_plus.mail_gateway_incoming_action"


def main(stack: Stack, once: bool) -> None:
    """Bring the demo into its database and its mailboxes, fetch, tell what became
    of each message.

    :raises Missing: with ``once`` when a message did not end as planned
    """
    _renew(stack)
    with _registry(stack) as registry:
        # Only now: these need Odoo, configured.
        from . import company, mail, results

        with step("demo: company, mailboxes, mail"):
            with company.admin(registry) as env:
                company.bring(env, stack)
            with company.admin(registry) as env:
                mail.deliver(env, stack)
        with step("demo: Fetch Now on each mailbox"):
            mail.press_fetch_now(registry)
        with company.admin(registry) as env:
            found = results.read(env)
    line(table.text(found))
    _show_the_way(stack)
    wrong = [result.number for result in found if result.is_expected is False]
    if wrong and once:
        numbers = ", ".join(map(str, wrong))
        log = process.shown(stack.run / "demo.log")
        raise Missing(f"demo messages {numbers} did not end as planned: see {log}")


def _show_the_way(stack: Stack) -> None:
    """Where the same is to be seen in Odoo and in the mailboxes."""
    odoo = f"http://127.0.0.1:{stack.ports['http']}/odoo"
    boxes = [
        f"{box.login:21}{box.kind} {stack.ports[box.port]}, {box.means}"
        for box in BOXES
    ]
    line(f"""
  mailboxes       {f"{chr(10)}                  ".join(boxes)}
  ledger          {odoo}/{LEDGER}?debug=1
  administration  {odoo}/settings?debug=1, developer mode shows the menu Technical""")


def _renew(stack: Stack) -> None:
    """A database that got other messages than these starts anew."""
    connection = stack.databases.connect(DATABASE)
    try:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT value FROM ir_config_parameter WHERE key = %s", [letters.KEY]
        )
        found = cursor.fetchone()
    finally:
        connection.close()
    if found and found[0] != letters.key():
        addon = stack.databases.addon()
        with step("demo database made anew: there are other messages"):
            stack.databases.copy(addon, DATABASE)


@contextlib.contextmanager
def _registry(stack: Stack) -> Iterator[object]:
    """Odoo in this process, on the demo database; it logs into a file."""
    from odoo import sql_db
    from odoo.modules.registry import Registry
    from odoo.tools import config

    log = stack.run / "demo.log"
    conf = stack.odoo_config(DATABASE, logfile=log)
    config.parse_config(["-c", str(conf), "-d", DATABASE], setup_logging=True)
    with step("demo: Odoo's models loaded"):
        registry = Registry(DATABASE)
    try:
        yield registry
    finally:
        Registry.delete(DATABASE)
        sql_db.close_db(DATABASE)
