# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""By what a bounce is told from a message that a person wrote.

>>> from_daemon = header.Section(b"From: MAILER-DAEMON@a.example\\r\\nSubject: failure")
>>> weight(from_daemon), weight(header.Section(b"From: ann@a.example\\r\\n"))
(2, 0)
"""

import email.utils
import re

from . import answerable, bounce_words, header, told

#: From this sum of weights on a text is a bounce.
ENOUGH = 5
#: A report that says so itself in its parts needs less.
REPORTED = 2
#: As much of the text (characters) as is searched for what is said in bounces.
_SEARCHED = 6_000
_SUBJECT = 200
#: The answer of a server that refuses.
_ANSWER = re.compile(
    r"(?<![\w.,])5[0-5]\d[ :-]{1,3}(?:#?5\.\d+\.\d+|[A-Za-z<\"'])|\(#5\.\d\.\d\)"
)
_PROGRAMS = re.compile(
    r"[-_.](?:admin|owner|request)$|^owner-|^(?:majordomo|listserv|no[-_.]?reply)"
)


def weight(section: header.Section) -> int:
    """How much a header section looks like that of a bounce; 0 for ordinary mail, so
    that nothing else of it needs to be read."""
    return (
        _sender(section)
        + _return_path(section)
        + 3 * ("x-failed-recipients" in section)
        + 2 * ("delivery-status" in section.text("content-type").lower())
        + 2 * is_named(section)
    )


def is_named(section: header.Section) -> bool:
    """Whether the subject is one of a bounce, and no answer to one."""
    subject = section.text("subject")[:_SUBJECT]
    if not subject or bounce_words.ANSWERS.search(subject):
        return False
    return bounce_words.SUBJECT.search(subject) is not None


def is_bounce(section: header.Section, said: told.Told) -> bool:
    """Whether a text tells of a message that could not be delivered."""
    total = weight(section) - _written(section)
    if total >= ENOUGH:
        return True
    text = " ".join(said.text[:_SEARCHED].split())
    worded = bounce_words.TEXT.search(text) is not None
    answered = _ANSWER.search(text) is not None
    if not (worded or answered):
        return False
    return total + 2 * worded + answered + said.has_returned >= ENOUGH


def _sender(section: header.Section) -> int:
    """2 for a mail system's own name or none, 1 for a list's manager or a program."""
    value = section.first("from")
    address = answerable.address(b"From: " + value + b"\r\n") if value else ""
    local = address.partition("@")[0]
    name = _name(section)
    if bounce_words.DAEMONS.search(local) or bounce_words.DAEMONS.search(name):
        return 2
    if value.translate(None, b" \t") == b"<>":
        return 2
    return int(_PROGRAMS.search(local) is not None)


def _name(section: header.Section) -> str:
    try:
        name, address = email.utils.parseaddr(section.text("from")[:500])
    except Exception:  # whatever it is, the field cannot be read
        return ""
    return name or ("" if "@" in address else address)


def _return_path(section: header.Section) -> int:
    """1 for the null path (RFC 5321, 4.5.5), and what some servers write for it."""
    value = section.first("return-path").translate(None, b" \t").lower()
    return int(value == b"<>" or b"mailer-daemon" in value or b"double-bounce" in value)


def _written(section: header.Section) -> int:
    """What speaks for a person, or for a program that answers for one."""
    if _sender(section) == 2:
        return 0
    subject = section.text("subject")[:_SUBJECT]
    return (
        2 * (bounce_words.ANSWERS.search(subject) is not None)
        + 2 * ("list-id" in section or "list-post" in section)
        + ("in-reply-to" in section)
        + ("user-agent" in section)
    )
