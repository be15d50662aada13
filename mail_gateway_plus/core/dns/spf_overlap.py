# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which terms of SPF take the same mail: the first that matches decides (4.6.2)."""

from collections.abc import Iterable, Iterator, Sequence

from . import network, spf_tree
from .network import Network
from .spf_tree import Branch

TWICE = "twice"
COVERED = "covered"


def key(branch: Branch) -> tuple[str, str, tuple[int, int]]:
    """The same for "a" and "a:h.example" in the record of h.example."""
    name, value, sizes = branch.term.key
    return name, branch.target.lower() or value, sizes


def is_same(one: Branch, other: Branch) -> bool:
    return key(one) == key(other)


def spare(branches: Sequence[Branch]) -> Iterator[tuple[int, str]]:
    """(place, why) of each mechanism that changes nothing.

    What stands before always wins; what stands behind does the same only as long as
    nothing with another qualifier comes between.
    """
    seen: set[tuple[str, str, tuple[int, int]]] = set()
    before: set[Network] = set()
    place = 0
    for group in _runs(branches):
        around = before | {one.term.network for one in group if one.term.network}
        for branch in group:
            if key(branch) in seen:
                yield place, TWICE
            elif branch.term.network and _is_covered(branch.term.network, around):
                yield place, COVERED
            seen.add(key(branch))
            place += 1
        before = around


def _runs(branches: Sequence[Branch]) -> list[list[Branch]]:
    """Those that stand together and have the same qualifier."""
    runs: list[list[Branch]] = []
    for branch in branches:
        if runs and runs[-1][-1].term.qualifier == branch.term.qualifier:
            runs[-1].append(branch)
        else:
            runs.append([branch])
    return runs


def _is_covered(own: Network, others: set[Network]) -> bool:
    wider = range(own.prefixlen - 1, -1, -1)
    return any(own.supernet(new_prefix=length) in others for length in wider)


def meets(other: Branch, branch: Branch) -> bool:
    if is_same(other, branch):
        return True
    return any(network.overlaps(one, other.matches) for one in branch.matches)


def included(branches: Iterable[Branch]) -> Iterable[str]:
    """The domains whose mail passes because they are included, at any depth."""
    for branch in branches:
        if branch.node and branch.lets_pass:
            yield branch.target.lower()
            yield from included(spf_tree.reached(branch.node.branches))


def takers(branches: Sequence[Branch], branch: Branch) -> list[int]:
    """Places of those that leave nothing for the branch to let pass."""
    places: list[int] = []
    taken: list[Network] = []
    for place, other in enumerate(branches):
        if other.term.qualifier != "+" and meets(other, branch):
            places.append(place)
            taken.extend(other.matches)
            if is_same(other, branch):
                return places
    every = branch.matches
    is_taken = bool(every) and all(network.covers(taken, one) for one in every)
    return places if is_taken else []
