# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Replies of real servers, each with what it means."""

import csv
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
#: The same rows as those beside this file, where the collection is there.
SHARED = ROOT.parent / "shared/facts/refusals.csv"


def refusals(path=HERE / "refusals.csv"):
    """[(stage, reply, kind)]"""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [(row["stage"], row["reply"], row["class"]) for row in rows]


def replies():
    """[(stage, reply, finding code)]"""
    lines = (HERE / "replies.txt").read_text("utf-8").splitlines()
    rows = [line.split(None, 2) for line in lines if line and line[0] != "#"]
    return [(stage, said, f"smtp_{code}") for stage, code, said in rows]
