# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""By what a bounce is told from a message that a person wrote.

>>> from_daemon = header.Section(b"From: MAILER-DAEMON@a.example\\r\\nSubject: failure")
>>> weight(from_daemon), weight(header.Section(b"From: ann@a.example\\r\\n"))
(5, 0)
"""

import email.utils
import re

from . import answerable, automatic_words, bounce_words, header, told

#: From this sum of weights on a text is a bounce.
ENOUGH = 5
#: As much of the text (characters) as is searched for what is said in bounces.
_SEARCHED = 6_000
_SUBJECT = 200
#: The answer of a server that refuses.
_ANSWER = re.compile(
    r"(?<![\w.,])5[0-5]\d[ :-]{1,3}(?:#?5\.\d+\.\d+|[A-Za-z<\"'])|\(#5\.\d\.\d\)"
)
#: Of mail programs, and what they quote.
_PROGRAMS = frozenset(("user-agent", "x-mailer"))
_QUOTED = re.compile(r"^> ?[\w<]", re.MULTILINE)
_LISTS = re.compile(r"[-_.](?:admin|owner|request)$|^owner-|^(?:majordomo|listserv)")
_NOBODY = re.compile(r"^(?:do[-_.]?not|no)[-_.]?reply")


def weight(section: header.Section) -> int:
    """How much a header section looks like that of a bounce; 0 for ordinary mail, so
    that nothing else of it needs to be read."""
    return origin(section) + 2 * is_named(section)


def is_named(section: header.Section) -> bool:
    """Whether the subject is one of a bounce, and no answer to one."""
    subject = section.text("subject")[:_SUBJECT]
    if not subject or bounce_words.ANSWERS.search(subject):
        return False
    return bounce_words.SUBJECT.search(subject) is not None


def is_bounce(section: header.Section, said: told.Told) -> bool:
    """Whether a text tells of a message that could not be delivered. No text does that
    comes from a person, whatever is quoted in it."""
    sent_by = origin(section)
    total = sent_by + 2 * is_named(section) - _written(section)
    if not sent_by or total >= ENOUGH:
        return sent_by > 0
    if sent_by < 3 and _is_answer(section, said):
        return False
    text = " ".join(said.text[:_SEARCHED].split())
    worded = any(form.search(text) for form in (bounce_words.TEXT, bounce_words.DELAYS))
    answered = _ANSWER.search(text) is not None
    if (
        sent_by == 1
        and _is_nobody(_local(section))
        and not (answered or said.has_returned)
    ):
        # Shops deliver, too.
        return False
    if not (worded or answered):
        return False
    return total + 2 * worded + answered + said.has_returned >= ENOUGH


def _is_answer(section: header.Section, said: told.Told) -> bool:
    """Whether somebody who looks after a mail system answers a message. Some systems
    answer as well, but use no mail program and quote nothing."""
    subject = section.text("subject")[:_SUBJECT]
    if "in-reply-to" not in section or not bounce_words.ANSWERS.search(subject):
        return False
    return bool(_PROGRAMS & set(section.names)) or _QUOTED.search(said.text) is not None


def origin(section: header.Section) -> int:
    """What speaks for a mail system as the sender, apart from what it says."""
    return (
        _sender(section)
        + _return_path(section)
        + 3 * ("x-failed-recipients" in section)
        # Italian certified mail
        + 3 * ("errore" in section.text("x-ricevuta").lower())
        + 2 * ("delivery-status" in section.text("content-type").lower())
    )


def _sender(section: header.Section) -> int:
    """3 for the name that nothing else has, 2 for other names of mail systems or none,
    1 for a list's manager or a program."""
    value = section.first("from")
    local, name = _local(section), _name(section)
    if bounce_words.DAEMON.search(local) or bounce_words.DAEMON.search(name):
        return 3
    if bounce_words.SYSTEMS.search(local) or bounce_words.SYSTEMS.search(name):
        return 2
    if value.translate(None, b" \t") == b"<>":
        return 2
    return int(_LISTS.search(local) is not None or _is_nobody(local))


def _is_nobody(local: str) -> bool:
    return _NOBODY.search(local) is not None


def _local(section: header.Section) -> str:
    value = section.first("from")
    address = answerable.address(b"From: " + value + b"\r\n") if value else ""
    return address.partition("@")[0]


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
    subject = section.text("subject")[:_SUBJECT]
    other = 2 * (bounce_words.OTHERS.search(subject) is not None)
    other += 3 * (automatic_words.SUBJECT.match(subject) is not None)
    if _sender(section) >= 2:
        return other
    return (
        other
        + 2 * (bounce_words.ANSWERS.search(subject) is not None)
        + 2 * ("list-id" in section or "list-post" in section)
        + ("in-reply-to" in section)
        + ("user-agent" in section)
    )
