# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a rule compares a text with. Upper and lower case are the same. Line ends around
a value are of the form it was written in: no field has any. Texts come ``composed``:
many patterns look at the same one.

>>> matcher("wildcard", "support+*@a.example")("Support+vip@A.example")
True
>>> matcher("in_list", "ann@a.example, @b.example")("bob@b.example")
True
"""

import fnmatch
import re
import unicodedata
from collections.abc import Callable

import regex

#: As much of a text as is compared (characters), and as long as one regular
#: expression may look at it. A header may carry a megabyte, and an expression with
#: nested repetitions would take years for a hundred characters of it.
TEXT_READ = 10_000
REGEX_S = 0.02
#: As long as all expressions together may look at one message (seconds).
REGEX_TOTAL_S = 0.2
#: As many entries of a list, and as long an expression, as make sense.
LIST_ENTRIES = 5_000
REGEX_LENGTH = 1_000

#: Those of regular expressions take a ``Spent`` as well.
Matcher = Callable[..., bool]


class TakesTooLong(Exception):
    """A regular expression did not come to an end in time."""


class TimeIsUp(TakesTooLong):
    """It was not asked, for those before it had all the time there is."""


class Spent:
    """How long regular expressions have looked at one message, all together.

    :param clock: gives seconds
    """

    def __init__(self, clock: Callable[[], float], limit_s: float = REGEX_TOTAL_S):
        self.clock, self.limit_s = clock, limit_s
        self.seconds = 0.0
        #: How many were not asked any more.
        self.unasked = 0


#: Nobody looks at the clock.
UNTIMED = Spent(float)


def matcher(operator: str, value: str) -> Matcher:
    """The comparison as a function of the text.

    :raise ValueError: the value is no such pattern; its text says why
    :raise KeyError: no such operator
    """
    return MATCHERS[operator](value)


def entries(value: str) -> tuple[str, ...]:
    """The entries of a list: one a line, or separated by commas or semicolons."""
    pieces = (_folded(piece.strip()) for piece in re.split(r"[\n,;]", value))
    return tuple(dict.fromkeys(filter(None, pieces)))


def composed(text: str) -> str:
    """With each letter and its accent as one, which Macintoshes write apart in names of
    files."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _folded(value: str) -> str:
    return composed(value).casefold()


def _is(value: str) -> Matcher:
    wanted = _folded(value.strip())
    return lambda text: text.casefold() == wanted


def _contains(value: str) -> Matcher:
    wanted = _folded(value.strip("\r\n"))
    return lambda text: wanted in text[:TEXT_READ].casefold()


def _begins(value: str) -> Matcher:
    wanted = _folded(value.strip("\r\n"))
    return lambda text: text[:TEXT_READ].casefold().startswith(wanted)


def _ends(value: str) -> Matcher:
    wanted = _folded(value.strip("\r\n"))
    return lambda text: text[-TEXT_READ:].casefold().endswith(wanted)


def _wildcard(value: str) -> Matcher:
    # Brackets are no sets here: they stand in subjects, as of tickets.
    pattern = fnmatch.translate(_folded(value.strip()).replace("[", "[[]"))
    match = re.compile(pattern).match
    return lambda text: match(text[:TEXT_READ].casefold()) is not None


def _in_list(value: str) -> Matcher:
    """Entries that begin with @ stand for all addresses of a domain."""
    wanted = frozenset(entries(value))
    if not wanted:
        raise ValueError("the list is empty")
    if len(wanted) > LIST_ENTRIES:
        raise ValueError(f"more than {LIST_ENTRIES} entries")

    def match(text: str) -> bool:
        text = text.casefold()
        return text in wanted or "@" + text.rpartition("@")[2] in wanted

    return match


def _regex(value: str) -> Matcher:
    if len(value) > REGEX_LENGTH:
        raise ValueError(f"more than {REGEX_LENGTH} characters")
    try:
        written = composed(value.strip("\r\n"))
        search = regex.compile(written, regex.IGNORECASE).search
    except (regex.error, RecursionError, OverflowError) as problem:
        raise ValueError(str(problem)) from problem

    def match(text: str, spent: Spent = UNTIMED) -> bool:
        if spent.seconds >= spent.limit_s:
            spent.unasked += 1
            raise TimeIsUp
        begin = spent.clock()
        try:
            return search(text[:TEXT_READ], timeout=REGEX_S) is not None
        except TimeoutError as problem:
            raise TakesTooLong from problem
        finally:
            spent.seconds += spent.clock() - begin

    return match


MATCHERS: dict[str, Callable[[str], Matcher]] = {
    "is": _is,
    "contains": _contains,
    "begins": _begins,
    "ends": _ends,
    "wildcard": _wildcard,
    "regex": _regex,
    "in_list": _in_list,
}
