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
    dmarc_path,
    mta_sts,
    mx,
    mx_reach,
    reverse,
    spf_check,
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
    dmarc_path.CODES,
    mta_sts.CODES,
    mx.CODES,
    mx_reach.CODES,
    reverse.CODES,
    spf_finding.CODES,
    spf_leftover.CODES,
    tls_rpt.CODES,
    unchecked.CODES,
)

#: What follows from several of them.
_FOLLOWING = demand.CODES | dmarc_path.CODES
_ALIGNMENT = dmarc_alignment.CODES | _FOLLOWING
#: What stands in the way of judging the other findings of its kind.
_UNCHECKED = (
    (spf_finding.UNCHECKED, spf_finding.CODES | spf_leftover.CODES | _ALIGNMENT),
    (spf_finding.BY_RESULT[spf_check.TEMPERROR][0], _ALIGNMENT),
    (dkim.UNCHECKED, dkim.CODES | _ALIGNMENT),
    (dmarc.UNCHECKED, dmarc.CODES | _ALIGNMENT),
    (dmarc_alignment.UNCHECKED, _ALIGNMENT),
    (mta_sts.UNCHECKED, mta_sts.CODES),
    (mta_sts.UNREACHABLE, mta_sts.POLICY_CODES),
    (tls_rpt.UNCHECKED, tls_rpt.CODES),
    (mx.UNCHECKED, mx.CODES | mx_reach.CODES),
    (reverse.UNCHECKED, reverse.CODES | demand.CODES),
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
