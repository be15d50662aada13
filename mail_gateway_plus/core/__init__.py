# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions, in pure Python: no Odoo, no socket, no clock, no text for people.

``finding``  the one result of every check
``mailbox``  what there is to fetch, in which portions, and what a fault means
``message``  what a raw message says of itself, and whether it stays in bounds
``routing``  what was observed while a message was processed -> its verdict
``smtp``     what an outgoing server's reply means, and a fault on the way to it
``dns``      what a domain publishes about its mail, and what it should
``delivery`` under which address a mail leaves
``retry``    when to try again what may pass
"""
