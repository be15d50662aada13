# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""This addon beside stock Odoo, in one run on one machine: ``make bench``.

``messages``  the mail that both fetch, the same in every run
``delay``     a proxy that makes loopback as slow as a distant server
``cases``     what is measured, as a table
``holes``     servers that swallow whoever comes
``crowd``     many mailboxes, some of them such
``setting``   what the mail finds in the database: an alias, conversations
``worker``    the measured process, which forks for each run
``waiting``   the same for many mailboxes at once
``side``      starts it and talks to it; ``job`` is what they say
``posting``   mail that is sent, to ``sink``, which takes all
``rounds``    the sides in turn, and a check of what they did
``table``     medians and ratios
"""
