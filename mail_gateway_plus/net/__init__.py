# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The only sockets. Everything here has a deadline and knows nothing of Odoo.

``deadline``  how long a connect, a command or a whole look may take
``sockets``   sockets that obey a deadline on every read and write
``tls``       contexts with and without verification
``refusal``   what went wrong, as a finding
``imap``, ``pop``  one session each, with the same four verbs
``mailbox``   opens sessions, several at once
``smtp_trial``, ``smtp``  the test of an outgoing server; many envelopes asked at once
``recorder``  what an Odoo login hook sends, to be sent later
"""
