# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which identity sends a mail: the first step of a ladder that its server lets through.

What a server is known to refuse is not used. Then the next identity speaks for the one
that was wanted, or else the account does, and answers go to whom it was wanted for and
to the thread. The server's own settings (``sender``) come last and win.

>>> from .ladder import Author
>>> ann, support = ("Ann", "ann@h.example"), Candidate(("Support", "support@h.example"))
>>> mail = Mail(Author(ann, may_send=True), stock=ann, envelope="bounce@h.example")
>>> known = {ann[1]: "refused", support.address[1]: "allowed"}
>>> server = Server(state=lambda address: known.get(address, "unknown"))
>>> def via(name, place):
...     return f"{name} via {place}"
>>> found = choose(mail, {"company": support}, lambda candidate: server, via)
>>> found.sender, found.reply_to
(('Ann via Support', 'support@h.example'), (('Ann', 'ann@h.example'),))
>>> found.reason.code, [one.code for one in found.passed_over]
('identity_via', ['identity_refused'])
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..finding import Finding
from .ladder import (
    ACCOUNT,
    NO_ADDRESS,
    NO_RIGHT,
    NOBODY,
    NOT_ASCII,
    OTHER_COMPANY,
    PERSONAL,
    SERVER,
    SEVERITY,
    SPOKEN_FOR,
    STANDINGS,
    STEPS,
    STUCK,
    UNCHECKED,
    UNUSABLE,
    VIA,
    Candidate,
    Mail,
    Server,
)
from .sender import Address, Letter, called, leaving, same


@dataclass(frozen=True)
class Choice:
    """How a mail leaves, and why. ``reply_to`` is None where that field stays as it is,
    and empty where there is to be none. ``passed_over`` are the steps above that were
    not taken, each with its reason."""

    sender: Address
    envelope: str
    reply_to: tuple[Address, ...] | None
    reason: Finding
    step: str
    candidate: Candidate
    passed_over: tuple[Finding, ...] = ()


Via = Callable[[str, str], str]


def choose(
    mail: Mail,
    ladder: Mapping[str, Candidate],
    server_of: Callable[[Candidate], Server],
    via: Via,
) -> Choice:
    """:param ladder: step -> who stands there; explicit, author and stock are the
        mail's. It is asked from the top and no further than needed.
    :param via: (name, place) -> "Ann via Support", in the language of the recipient
    """
    if mail.is_personal:
        reason = Finding(PERSONAL, "ok", mail.stock[1], {"sender": mail.stock[1]})
        stock = Candidate(mail.stock)
        return Choice(mail.stock, mail.envelope, None, reason, "stock", stock)
    return _Climb(mail, ladder, server_of, via).choice()


@dataclass
class _Climb:
    """Down the ladder for one mail."""

    mail: Mail
    ladder: Mapping[str, Candidate]
    server_of: Callable[[Candidate], Server]
    via: Via
    passed_over: list[Finding] = field(default_factory=list)
    #: The first that only the server stood against.
    wanted: Candidate | None = None
    #: Of whom it is known who answers for it.
    wanted_step: str = ""

    def choice(self) -> Choice:
        for step in STEPS:
            if (candidate := self._candidate(step)) and self._takes(step, candidate):
                return self._found(step, candidate)
        return self._by_account()

    def _candidate(self, step: str) -> Candidate | None:
        """The mail's own three are no identities."""
        mail = self.mail
        if step == "explicit":
            chosen = Candidate(mail.explicit, "identity")
            return chosen if mail.explicit[1] else None
        if step == "author":
            return Candidate(mail.author.address)
        if step == "stock":
            return Candidate(mail.stock, is_read=False)
        return self.ladder.get(step)

    def _takes(self, step: str, candidate: Candidate) -> bool:
        why, (name, address) = self._why_not(step, candidate), candidate.address
        found = Finding(why, "info", address, {"sender": address, "name": name})
        if why and found not in self.passed_over:  # stock's From is often the author's
            self.passed_over.append(found)
        if why in SPOKEN_FOR and step != "explicit" and not self.wanted:
            self.wanted, self.wanted_step = candidate, step
        # An explicit sender stays: who chose it sees why it will not do.
        return not why or step == "explicit"

    def _why_not(self, step: str, candidate: Candidate) -> str:
        address = candidate.address[1]
        if not address:
            return NO_ADDRESS
        if candidate.company not in (0, self.mail.company):
            return OTHER_COMPANY
        author = self.mail.author
        if step == "author" and not (author.may_send and STANDINGS[author.standing][0]):
            return NO_RIGHT
        server = self.server_of(candidate)
        why = server.why_not(address)
        if step == "author" and not why and not server.is_sure_of(address):
            return UNCHECKED
        return why

    # --- what came of it

    def _found(self, step: str, candidate: Candidate) -> Choice:
        if not self.wanted:
            untouched = step in ("explicit", "stock")
            replies = None if untouched else self._replies(candidate)
            return self._left(step, candidate, candidate.address, replies, STEPS[step])
        if step == "author":  # nobody speaks for themselves
            replies = self._replies(self.wanted)
            return self._left(step, candidate, candidate.address, replies, STEPS[step])
        place = self.mail.place if step == "stock" else candidate.address[0]
        sender = (self.via(self._name(), place), candidate.address[1])
        return self._left(step, candidate, sender, self._replies(self.wanted), VIA)

    def _by_account(self) -> Choice:
        """Nothing on the ladder may leave: not even stock's From."""
        wanted = self.wanted or Candidate(self.mail.stock)
        server = self.server_of(wanted)
        account = server.rules.account
        if not account or server.why_not(account):
            return self._left("stock", wanted, self.mail.stock, None, STUCK)
        name = self._name()
        if self.wanted_step not in ("author", "stock"):
            name = self.via(name, wanted.address[0])
        sender = (name, account)
        return self._left("stock", wanted, sender, self._replies(wanted), ACCOUNT)

    def _name(self) -> str:
        """In whose name another address speaks."""
        written = self.mail.author.address
        whose = self.wanted or Candidate(self.mail.stock)
        return called(written if any(written) else whose.address)

    def _replies(self, candidate: Candidate) -> tuple[Address, ...] | None:
        """Where answers go: the right person and the thread, each once."""
        if self.mail.has_reply_to:
            return None
        found: list[Address] = []
        for one in (self._reader(candidate), self.mail.thread):
            if one[1] and not any(same(one[1], other[1]) for other in found):
                found.append(one)
        return tuple(found)

    def _reader(self, candidate: Candidate) -> Address:
        """The person, or the department, that answers are for."""
        author, mode = self.mail.author, candidate.reply_mode
        hears = bool(author.address[1]) and STANDINGS[author.standing][1]
        if mode == "author" and hears:
            return author.address
        is_author = same(candidate.address[1], author.address[1])
        is_read = candidate.is_read and (hears or not is_author)
        is_wanted = mode != "alias" or not self.mail.thread[1]
        return candidate.address if is_read and is_wanted else NOBODY

    def _left(
        self,
        step: str,
        candidate: Candidate,
        sender: Address,
        replies: tuple[Address, ...] | None,
        code: str,
    ) -> Choice:
        """With what the server's own settings make of it."""
        server = self.server_of(candidate)
        left = leaving(server.rules, self._letter(server, sender), server.is_listed)
        if not same(left.sender[1], sender[1]):
            code = SERVER
            replies = self._replies(candidate) if replies is None else replies
        return Choice(
            left.sender,
            left.envelope,
            _without(replies, left.sender[1]),
            self._reason(code, left.sender, candidate),
            step,
            candidate,
            tuple(self.passed_over),
        )

    def _letter(self, server: Server, sender: Address) -> Letter:
        mail, is_kept = self.mail, server.rules.mode == "keep"
        author = mail.author.address
        # Who was chosen stays, where the server has nothing against it.
        writer = sender if is_kept or mail.explicit[1] or not author[1] else author
        envelope = self._envelope(server, sender)
        return Letter(
            writer, sender, envelope, True, self.via(called(writer), mail.place)
        )

    def _reason(self, code: str, sender: Address, candidate: Candidate) -> Finding:
        is_doubtful = code == STEPS["explicit"] and self.passed_over
        severity = SEVERITY.get(code, "warning" if is_doubtful else "ok")
        wanted = (self.wanted or candidate).address[1]
        values = {"sender": sender[1], "name": sender[0], "wanted": wanted}
        return Finding(code, severity, sender[1], values)

    def _envelope(self, server: Server, sender: Address) -> str:
        """The return path stays, with its VERP, unless the server would refuse it."""
        envelope, unfit = self.mail.envelope, (NOT_ASCII, *UNUSABLE.values())
        is_wanted = self.wanted and same(envelope, self.wanted.address[1])
        is_refused = server.why_not(envelope) in unfit
        return sender[1] if is_wanted or is_refused or not envelope else envelope


def _without(
    replies: tuple[Address, ...] | None, sender: str
) -> tuple[Address, ...] | None:
    """Answers to From alone need no Reply-To."""
    is_alone = replies is not None and all(same(one[1], sender) for one in replies)
    return () if is_alone else replies
