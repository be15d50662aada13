# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Yes, no, and None for what nobody knows.

>>> either((None, True)), either((None, False)), either((False, False))
(True, None, False)
>>> every((None, False)), every((None, True)), every((True, True)), every(())
(False, None, True, None)
"""

from collections.abc import Iterable


def either(several: Iterable[bool | None]) -> bool | None:
    """Whether one of them is."""
    known = set(several)
    if True in known:
        return True
    return None if None in known else False


def every(several: Iterable[bool | None]) -> bool | None:
    """Whether all are; None also where there is none."""
    known = set(several)
    if False in known:
        return False
    return None if None in known or not known else True
