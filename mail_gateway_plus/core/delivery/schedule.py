# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What becomes of a mail that a server did not take, and when it is tried again.

>>> from ..smtp import fault
>>> effect(fault.meaning("timeout", "connect"), "connect")
Effect(mail='retry', others='hold')
>>> effect(fault.meaning("answer", "rcpt", "550 5.1.1 nobody here"), "rcpt")
Effect(mail='fail', others='')
>>> effect(fault.meaning("answer", "auth", "535 5.7.8 no"), "auth")
Effect(mail='wait', others='stop_server')
>>> [RETRY.delay_s(n, waited_s=0, dice=0.5) for n in (1, 2, 6)]
[60.0, 300.0, 3600.0]
>>> RETRY.delay_s(50, waited_s=47.5 * 3600, dice=0.5)
"""

from dataclasses import dataclass

from ..retry import Schedule
from ..smtp.fact import PASSING, STAGES
from ..smtp.fault import UNCERTAIN
from ..smtp.reply import Meaning

#: retry: it is put back and has spent an attempt. wait: it is put back as it was, until
#: somebody has mended what is stopped. fail: it is over. uncertain: nobody knows
#: whether the server has it, so it is neither repeated nor given up.
MAIL = ("retry", "wait", "fail", "uncertain")
#: What it means for the other mails. hold: those of this server wait, untouched, until
#: it is tried again. stop_server, stop_identity: those of this server, or of this
#: sender, wait until a test passes.
OTHERS = ("", "hold", "stop_server", "stop_identity")


@dataclass(frozen=True)
class Effect:
    """``mail`` is one of ``MAIL``, ``others`` one of ``OTHERS``."""

    mail: str
    others: str = ""


AGAIN = Effect("retry")
HOLD = Effect("retry", "hold")
STOP_SERVER = Effect("wait", "stop_server")
STOP_IDENTITY = Effect("wait", "stop_identity")
FAIL = Effect("fail")

#: (kind of ``fact.KINDS``, whether it is permanent) -> effect, of a fault that comes
#: with MAIL or later. A refusal by what receivers think of a sender is about this mail
#: alone: others think otherwise.
BY_KIND = {
    ("transient", False): AGAIN,
    ("throttle", False): HOLD,
    ("quota", False): HOLD,
    # A mail at which a server always hangs up must not hold those that it would take.
    ("connection", False): AGAIN,
    ("connection", True): AGAIN,
    ("security", False): HOLD,
    ("security", True): STOP_SERVER,
    ("auth", False): HOLD,
    ("auth", True): STOP_SERVER,
    ("identity", False): AGAIN,
    ("identity", True): STOP_IDENTITY,
    ("relay", False): AGAIN,
    ("relay", True): STOP_SERVER,
    ("recipient", False): AGAIN,
    ("recipient", True): FAIL,
    ("content", False): AGAIN,
    ("content", True): FAIL,
    ("authentication", False): AGAIN,
    ("authentication", True): FAIL,
    ("reputation", False): AGAIN,
    ("reputation", True): FAIL,
}
#: Codes that are about more, or less, than their kind.
BY_CODE = {
    UNCERTAIN: Effect("uncertain"),
    # Of this recipient, and of this mail
    "smtp_recipient_throttled": AGAIN,
    "smtp_too_many_recipients": AGAIN,
    "smtp_tls_to_recipient": FAIL,
    # The server's own trouble, whichever mail it comes with
    "smtp_service_unavailable": HOLD,
    "smtp_server_fault": HOLD,
    "smtp_server_full": HOLD,
    # The provider has locked the sender
    "smtp_sender_restricted": STOP_IDENTITY,
}
#: Before a mail is spoken of, whatever happens is the server's and all mails' affair.
ON_THE_WAY = STAGES[: STAGES.index("mail")]


def effect(meaning: Meaning, stage: str) -> Effect:
    """What a fault does to the mail, and to the others that wait.

    :param stage: one of ``fact.STAGES``, at which it came
    """
    if stage in ON_THE_WAY:
        is_lasting = meaning.permanent and meaning.kind != "connection"
        return STOP_SERVER if is_lasting else HOLD
    if meaning.code in BY_CODE:
        return BY_CODE[meaning.code]
    return BY_KIND[meaning.kind, meaning.permanent and meaning.kind not in PASSING]


# --- when

#: A used-up quota of an hour or a day is not back after a minute.
LEAST_S = {"quota": 3600.0}


@dataclass(frozen=True)
class Retry:
    """``first_s``: seconds to wait after the first, second, … failed attempt; then
    ``then_s``, give or take the share ``jitter`` of it, lest all come back at once.
    Nothing is tried later than ``until_s`` after the first attempt."""

    first_s: Schedule = Schedule((60, 300, 900, 1800, 3600))
    then_s: float = 3600
    jitter: float = 0.1
    until_s: float = 48 * 3600

    def delay_s(
        self, attempts: int, waited_s: float, dice: float, kind: str = ""
    ) -> float | None:
        """Seconds to wait after ``attempts`` failures; None when it is time to give up.

        :param waited_s: seconds since the first attempt
        :param dice: from 0 to 1, by chance
        :param kind: of the last failure (``fact.KINDS``)
        """
        first = self.first_s.delay_s(attempts)
        scattered = self.then_s * (1 + self.jitter * (2 * dice - 1))
        delay = max(scattered if first is None else float(first), LEAST_S.get(kind, 0))
        return delay if waited_s + delay <= self.until_s else None


#: Unless a server has its own.
RETRY = Retry()


def retry(minutes: str = "", hours: int = 0) -> Retry:
    """The schedule as people type it; raises ``ValueError`` for what is no number.

    :param minutes: to wait after the first, second, … failed attempt, with commas or
        blanks between; empty for those of ``RETRY``
    :param hours: after which it is given up; 0 for those of ``RETRY``

    >>> retry("1, 5", hours=2).first_s.delays_s
    (60, 300)
    """
    first = minutes.replace(",", " ").split()
    if hours < 0 or not all(one.isdecimal() and int(one) for one in first):
        raise ValueError(f"no schedule: {minutes!r}, {hours}")
    first_s = tuple(int(one) * 60 for one in first) or RETRY.first_s.delays_s
    return Retry(Schedule(first_s), until_s=hours * 3600 or RETRY.until_s)


#: A server that is held: seconds until the next mail asks whether it is back.
SERVER = Schedule((60, 60, 120, 300, 600))
