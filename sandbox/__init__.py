# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What ``make run`` and ``make test`` stand on.

Odoo, PostgreSQL, Dovecot, Postfix and a name server, all private, all on
loopback, all below one ignored folder of the checkout. Nothing is installed on
the machine, no service of it is touched, and nothing is left running.

How it works, in the order in which it happens:

1. ``fetch``   Debian packages and wheels come into ``.sandbox`` (``apt``,
   ``odoo``, ``venv``); stamps make each step run once.
2. ``space``   the verb starts itself again inside a mount and a PID namespace,
   where the unpacked packages lie over ``/usr``. When its first process ends,
   the kernel ends all others.
3. ``stack``   servers start there, each on a free port of 127.0.0.1.
4. ``verbs``   run, test, lint, bench, soak, stock-tests, pictures, shell.

Everything up to ``space`` uses the standard library alone.
"""
