# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What filters on the way thought of a message.

Filters agree neither on names nor on numbers, and a sender may write such fields too.
So "yes" of one of them counts, whatever others say.

>>> read(header.Section(b"X-Spam-Status: Yes, score=7.2 required=5.0 tests=X\\r\\n"))
Mark(source='X-Spam-Status', is_spam=True, score=7.2)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import header

_NUMBER = r"(?P<score>[-+]?\d{1,4}(?:\.\d{1,6})?)"


@dataclass(frozen=True)
class Mark:
    """``source`` is the field's name. ``is_spam`` is None where it tells a number only,
    ``score`` None where it tells none; scores of different fields do not compare."""

    source: str
    is_spam: bool | None
    score: float | None = None


#: (field, pattern of what it says, what of it means spam). Groups: ``verdict`` is held
#: against the third column, ``score`` is a number.
FIELDS = (
    # SpamAssassin
    ("X-Spam-Flag", r"(?P<verdict>\w+)", r"yes|true|spam"),
    ("X-Spam-Status", rf"(?P<verdict>\w+)(?:.{{0,40}}?(?:score|hits)={_NUMBER})?",
     r"yes|spam"),
    ("X-Spam-Score", rf"(?:\w+\s*\(?)?{_NUMBER}", ""),
    # Rspamd
    ("X-Spam", r"(?P<verdict>\w+)", r"yes|true|spam"),
    ("X-Spamd-Result", rf"\S+\s+(?P<verdict>\w+)\s+\[{_NUMBER}", r"true"),
    ("X-Rspamd-Score", _NUMBER, ""),
    ("X-Rspamd-Action", r"(?P<verdict>[\w ]+)", r"reject|add header|rewrite subject"),
    # Exchange and Microsoft 365: 5 to 9 is spam, -1 comes from whom one trusts
    ("X-MS-Exchange-Organization-SCL", rf"(?P<verdict>{_NUMBER})", r"[5-9]"),
    ("X-Forefront-Antispam-Report", rf"(?:.*?;)?\s*SCL:(?P<verdict>{_NUMBER})",
     r"[5-9]"),
    # Appliances and other filters
    ("X-Barracuda-Spam-Status",
     rf"(?P<verdict>\w+)(?:.{{0,40}}?score={_NUMBER})?", r"yes"),
    ("X-Proofpoint-Spam-Details",
     rf"rule=(?P<verdict>\w+)(?:.{{0,80}}?\bscore={_NUMBER})?", r"(?!not)\w*spam"),
    ("X-MailScanner-SpamCheck",
     rf"(?P<verdict>not spam|spam)(?:.{{0,60}}?score={_NUMBER})?", r"spam"),
    ("X-Bogosity", rf"(?P<verdict>\w+)(?:.{{0,60}}?spamicity={_NUMBER})?",
     r"spam|yes"),
    ("X-DSPAM-Result", r"(?P<verdict>\w+)", r"spam|blacklisted"),
    ("X-CRM114-Status", r"(?P<verdict>\w+)", r"spam"),
    ("X-KLMS-AntiSpam-Status", r"(?P<verdict>\w+)", r"spam|probable_spam"),
    ("X-VR-SPAMSTATE", r"(?P<verdict>\w+)", r"spam"),
    ("X-OVH-SPAMSTATE", r"(?P<verdict>\w+)", r"spam"),
    ("X-Yandex-Spam", r"(?P<verdict>\d)", r"4"),
    ("X-SpamExperts-Class", r"(?P<verdict>\w+)", r"spam|phish"),
    ("X-Cloudmark-SP-Result", r"(?P<verdict>\w+)", r"spam"),
)  # fmt: skip

_BY_NAME = {
    field.lower(): (field, re.compile(form, re.I), re.compile(spam, re.I))
    for field, form, spam in FIELDS
}
_READ = 500
_FIELDS = 40


def read(section: header.Section) -> Mark | None:
    """The mark that tells most: one of spam before one of its absence, that before a
    mere number. None where no filter has left one."""
    found = list(marks(section))
    if not found:
        return None
    order = {True: 0, False: 1, None: 2}
    best = min(found, key=lambda mark: order[mark.is_spam])
    if best.score is not None:
        return best
    numbers = [mark.score for mark in found if mark.score is not None]
    return Mark(best.source, best.is_spam, numbers[0] if numbers else None)


def marks(section: header.Section) -> Iterator[Mark]:
    """All marks, from the top."""
    named = (pair for pair in section.fields if pair[0] in _BY_NAME)
    for _number, (name, value) in zip(range(_FIELDS), named, strict=False):
        field, form, spam = _BY_NAME[name]
        match = form.match(header.plain(value[:_READ]).strip())
        if match:
            yield _mark(field, match, spam)


def _mark(field: str, match: re.Match[str], spam: re.Pattern[str]) -> Mark:
    said = match.groupdict()
    verdict, score = said.get("verdict"), said.get("score")
    return Mark(
        field,
        spam.fullmatch(verdict.strip()) is not None if verdict else None,
        float(score) if score else None,
    )
