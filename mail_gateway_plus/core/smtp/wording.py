# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What servers say in plain text, product by product.

The tables stand in ``wording_sender`` (who may send, and from where) and
``wording_delivery`` (what becomes of the message, and when).

>>> list(meanings("SMTP; Client was not authenticated to send anonymous mail", "mail"))
['smtp_auth_required']
>>> list(meanings("something that nobody has heard before", "mail"))
[]
"""

import re
from collections.abc import Iterator

from . import wording_delivery, wording_sender

#: (product, stages, what its words hold, finding code); the first that fits counts.
#: Patterns are regular expressions without regard to case, stages a set.
WORDINGS = wording_sender.WORDINGS + wording_delivery.WORDINGS

#: What an address is called says nothing of what is wrong with it.
_ADDRESS = re.compile(r"<[^<>@\s]{1,64}@")

_PATTERNS = [
    (stages, re.compile(words, re.IGNORECASE), code)
    for _product, stages, words, code in WORDINGS
]


def meanings(text: str, stage: str) -> Iterator[str]:
    """The finding codes that a reply's words may stand for, likeliest first.

    :param text: in one line, without reply code and enhanced status codes
    """
    text = _ADDRESS.sub("<@", text)
    for stages, pattern, code in _PATTERNS:
        if stage in stages and pattern.search(text):
            yield code
