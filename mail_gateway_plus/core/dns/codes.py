# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All that the checks of a domain may find; ``mail.gateway.advice`` has the words.

>>> "spf_ok" in CODES, "dmarc_ok" in CODES
(True, True)
"""

from . import (
    blocklist,
    demand,
    dkim,
    dmarc,
    dmarc_alignment,
    mta_sts,
    mx,
    reverse,
    spf_finding,
    spf_leftover,
    tls_rpt,
    unchecked,
)

CODES: frozenset[str] = frozenset().union(
    blocklist.CODES,
    demand.CODES,
    dkim.CODES,
    dmarc.CODES,
    dmarc_alignment.CODES,
    mta_sts.CODES,
    mx.CODES,
    reverse.CODES,
    spf_finding.CODES,
    spf_leftover.CODES,
    tls_rpt.CODES,
    unchecked.CODES,
)
