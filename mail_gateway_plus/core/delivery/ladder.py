# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ladder of who may send a mail, and what is known of those who stand on it.

>>> from .sender import Rules
>>> server = Server(Rules("account", "keep", "erp@h.example"))
>>> server.why_not("ann@h.example"), server.why_not("erp@h.example")
('identity_not_listed', '')
"""

from collections.abc import Callable
from dataclasses import dataclass

from .sender import Address, Rules, may_use

#: The ladder, and the reason that each step is. explicit: of the template, the
#: composer, the mailing or code. rule: of the document's type and filter. author: their
#: own address. stock: what Odoo writes without us.
STEPS = {
    "explicit": "identity_explicit",
    "rule": "identity_rule",
    "record_department": "identity_record_department",
    "author": "identity_author",
    "author_department": "identity_author_department",
    "company": "identity_company",
    "stock": "identity_stock",
}
#: The other reasons: mail of a personal server, which is its owner's affair; another
#: identity speaks for the wanted one; the account does; the server's settings say so;
#: nothing that it would let through is known.
PERSONAL = "identity_personal"
VIA = "identity_via"
ACCOUNT = "identity_account"
SERVER = "identity_server"
STUCK = "identity_stuck"
SEVERITY = {VIA: "warning", ACCOUNT: "warning", STUCK: "error"}

#: Why a step was passed over.
NO_ADDRESS = "identity_no_address"
OTHER_COMPANY = "identity_other_company"
NO_RIGHT = "identity_no_right"
UNCHECKED = "identity_unchecked"
NOT_LISTED = "identity_not_listed"
NOT_ASCII = "identity_not_ascii"
#: State of the relay matrix -> why its address is not used.
UNUSABLE = {"refused": "identity_refused", "rewritten": "identity_rewritten"}
#: Of these, the server would send as somebody, were it not for the server: the next one
#: speaks for it, and does not merely take its place.
SPOKEN_FOR = (NOT_LISTED, NOT_ASCII, *UNUSABLE.values())

CODES = frozenset(
    {*STEPS.values(), PERSONAL, VIA, ACCOUNT, SERVER, STUCK}
    | {NO_ADDRESS, OTHER_COMPANY, NO_RIGHT, UNCHECKED, *SPOKEN_FOR}
)

NOBODY: Address = ("", "")
#: Of an author: (whether their own address may be the sender, whether they read what
#: comes to it). A portal user's address is not ours to send from.
STANDINGS = {
    "user": (True, True),
    "portal": (False, True),
    "archived": (False, False),
    "program": (False, False),
}
#: Where answers to an identity's mail go; the thread is always among it.
REPLY_MODES = ("author", "identity", "alias")


@dataclass(frozen=True)
class Author:
    """Who wrote a mail. ``standing`` is one of ``STANDINGS``; ``may_send`` is the right
    to the own address as sender."""

    address: Address = NOBODY
    standing: str = "user"
    may_send: bool = False


@dataclass(frozen=True)
class Mail:
    """``stock`` is the From and ``envelope`` the return path that Odoo would write.
    ``thread`` is where an answer reaches the record, whatever it is sent to (its alias,
    else catchall). ``has_reply_to`` says that somebody has chosen one, which stays.
    ``place`` is named where the account speaks. ``company`` is an id."""

    author: Author
    stock: Address
    envelope: str
    explicit: Address = NOBODY
    thread: Address = NOBODY
    has_reply_to: bool = False
    company: int = 0
    place: str = ""
    is_personal: bool = False


@dataclass(frozen=True)
class Candidate:
    """Who may stand on a step. ``server`` is the id of the one it leaves through, and
    ``identity`` its own; 0 for none. ``company`` 0 is all. ``is_read``: somebody reads
    what comes to the address."""

    address: Address
    reply_mode: str = "author"
    is_read: bool = True
    identity: int = 0
    server: int = 0
    company: int = 0


ANY_SENDER = Rules("any", "keep", "")


def _unknown(_address: str) -> str:
    return "unknown"


def _unlisted(_address: str) -> bool:
    return False


@dataclass(frozen=True)
class Server:
    """What is known of the server that a candidate's mail would leave through: always
    the same one where it is forced. ``state``: address -> state of its permission.
    ``has_utf8``: whether it takes SMTPUTF8 (RFC 6531), None where nobody asked."""

    rules: Rules = ANY_SENDER
    state: Callable[[str], str] = _unknown
    is_listed: Callable[[str], bool] = _unlisted
    has_utf8: bool | None = None

    def why_not(self, address: str) -> str:
        """Why it would not let an address be the sender; "" if it would."""
        if self.has_utf8 is False and not address.rpartition("@")[0].isascii():
            return NOT_ASCII
        if self.rules.account and not may_use(self.rules, address, self.is_listed):
            return NOT_LISTED
        return UNUSABLE.get(self.state(address), "")

    def is_sure_of(self, address: str) -> bool:
        """That an address is allowed was seen, or somebody says so."""
        is_named = self.rules.policy == "listed" and self.is_listed(address)
        return is_named or self.state(address) == "allowed"
