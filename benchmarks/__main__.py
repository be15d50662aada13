# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``make bench``; ``make bench ARGS=--short`` only shows that it works."""

import argparse
import contextlib
import os
import platform
import sys
import time
from collections.abc import Iterator

from odoo.release import version as odoo_version

from sandbox.say import Missing, line
from sandbox.stack import Stack

from . import crowd, decision, domains, posting, rounds, table
from .cases import CASES, POSTS, SIDES, Post
from .side import Side

TIMES = 3


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--short", action="store_true", help="few messages, one run")
    parser.add_argument("--case", default="", help="only cases with this in their name")
    parser.add_argument("--patient", action="store_true", help=crowd.PATIENT)
    return parser.parse_args()


def machine(stack: Stack) -> str:
    connection = stack.databases.connect()
    cursor = connection.cursor()
    cursor.execute("SHOW server_version")
    (postgres,) = cursor.fetchone()
    connection.close()
    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()},"
        f" PostgreSQL {postgres.split()[0]} with fsync, Odoo {odoo_version}"
    )


def posted(sides: list[Side], post: Post, short: bool) -> Iterator[table.Figure]:
    post = post.short() if short else post
    return table.figures(post, posting.run(sides, post))


def main() -> None:
    wanted = arguments()
    stack = Stack.attach()
    begin, load = time.monotonic(), os.getloadavg()[0]
    found, halves = [], []
    if wanted.case in domains.NAME:
        domains.run(wanted.short)
    others = [case.name for case in (*CASES, *POSTS)]
    others += [crowd.NAME, decision.NAME]
    if not any(wanted.case in name for name in others):
        return
    with contextlib.ExitStack() as opened:
        sides = [opened.enter_context(Side.ready(stack, name)) for name in SIDES]
        for case in [case for case in CASES if wanted.case in case.name]:
            case = case.short() if wanted.short else case
            results = rounds.run(stack, sides, case, 1 if wanted.short else TIMES)
            found += table.figures(case, results)
            halves.append(table.fetch_alone(case, results))
        for post in [post for post in POSTS if wanted.case in post.name]:
            found += posted(sides, post, wanted.short)
        if wanted.case in crowd.NAME:
            found += crowd.run(stack, sides, wanted.short, wanted.patient)
        if wanted.case in decision.NAME:
            found += decision.run(sides, wanted.short)
    line(f"\n{machine(stack)}")
    # What else ran takes from both sides, but not the same at each moment.
    line(f"load before it began {load:.1f}; {time.monotonic() - begin:.0f} s in all")
    line("medians; ratio = stock / addon: above 1 the addon needs less\n")
    line(table.table(found))
    line("\n" + "\n".join(halves))


if __name__ == "__main__":
    try:
        main()
    except Missing as error:
        sys.exit(f"error: {error}")
