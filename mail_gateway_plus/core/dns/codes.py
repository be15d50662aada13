# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All that the checks of a domain may find; ``mail.gateway.advice`` has the words.

>>> "spf_ok" in CODES, "dmarc_ok" in CODES
(True, True)
"""

from collections.abc import Collection

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

#: What stands in the way of judging the other findings of its kind.
_UNCHECKED = (
    (spf_finding.UNCHECKED, spf_finding.CODES | spf_leftover.CODES),
    (dkim.UNCHECKED, dkim.CODES),
    (dmarc.UNCHECKED, dmarc.CODES),
    (dmarc_alignment.UNCHECKED, dmarc_alignment.CODES),
    (mta_sts.UNCHECKED, mta_sts.CODES),
    (tls_rpt.UNCHECKED, tls_rpt.CODES),
    (mx.UNCHECKED, mx.CODES),
    (reverse.UNCHECKED, reverse.CODES),
    (blocklist.UNCHECKED, blocklist.CODES),
)
#: Findings that tell nothing of the domain, but that nobody could say.
NOBODY_SAID = unchecked.CODES | {code for code, _family in _UNCHECKED}


def judged(found: Collection[str]) -> frozenset[str]:
    """What is known to be there or not: what was found before and is not among these
    is over, for all else nobody could say.

    >>> codes = judged({"spf_unchecked", "dmarc_ok"})
    >>> "spf_several" in codes, "dmarc_missing" in codes, "spf_unchecked" in codes
    (False, True, True)
    """
    open_still = [family for code, family in _UNCHECKED if code in found]
    return CODES.difference(*open_still) | frozenset(found) | NOBODY_SAID
