# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where a mailbox may be reached when the chosen settings do not work."""

from .. import proposal
from ..proposal import Door
from .account import PORTS


def doors(protocol: str, port: int) -> tuple[Door, ...]:
    """Where to knock: at the chosen port in both ways, and at the usual ports."""
    usual = (Door(PORTS[protocol, True], True), Door(PORTS[protocol, False], False))
    return proposal.doors(port, usual)
