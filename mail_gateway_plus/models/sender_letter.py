# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the choice of a sender has to know of a mail, whether it is sent or only asked
about."""

from dataclasses import dataclass
from functools import lru_cache

from odoo.tools import email_normalize
from odoo.tools.mail import email_split_tuples

from ..core.delivery.ladder import NOBODY


# Thousands of mails have few senders, and each is looked at from several sides.
@lru_cache(maxsize=4096)
def pair(written):
    """(name, address) of the first one in a text; ("", "") for none."""
    found = email_split_tuples(written or "")
    if not found:
        return NOBODY
    name, address = found[0]
    return name, email_normalize(address) or address


@dataclass(frozen=True)
class SenderLetter:
    """Ids are 0, and texts empty, where there is none.

    :param key: by which the choice is found
    :param author: id of the partner
    :param server: the one it is forced through
    :param creator: id of the user whose personal server it may take; 0 for none
    :param is_marked: ``email_from`` was chosen, as was the ``identity``
    :param is_elsewhere: somebody has chosen where answers go
    :param path: the return path that it brings
    :param added: the address in the field Sender that it brings
    :param is_list: a mailing list passes it on, in the name of who wrote to the list
    """

    key: int
    email_from: str
    author: int = 0
    model: str = ""
    res_id: int = 0
    company: int = 0
    alias_domain: int = 0
    server: int = 0
    creator: int = 0
    reply_to: str = ""
    identity: int = 0
    path: str = ""
    added: str = ""
    message_id: str = ""
    is_marked: bool = False
    is_elsewhere: bool = False
    is_incoming: bool = False
    is_list: bool = False

    @property
    def written(self):
        return pair(self.email_from)

    @property
    def record(self):
        return self.model, self.res_id
