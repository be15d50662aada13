# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the providers' records claim to have seen stands where they say."""

import csv
import re

import pytest

from .core.smtp.table import SHARED
from .live import engine

FACTS = SHARED.parent

pytestmark = pytest.mark.skipif(
    not FACTS.exists(), reason="shared material: no ../shared/facts"
)

#: smtp_encryption -> as ISPDB has it.
SOCKETS = {"ssl_strict": "SSL", "starttls_strict": "STARTTLS"}


@pytest.fixture(scope="module")
def providers(stack):
    """code -> its values"""
    with engine(stack) as live, live.env() as env:
        found = env["mail.gateway.provider"].search([])
        yield {one["code"]: one for one in found.read()}


@pytest.fixture(scope="module")
def ispdb():
    """(column, host, port, socket) of each server"""
    with open(FACTS / "isp-hosts.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {"imap": "imap host:port:socket:auth", "pop": "pop3", "smtp": "smtp"}
    return {
        (kind, *row[column].split(":")[:3])
        for row in rows
        for kind, column in columns.items()
    }


@pytest.fixture(scope="module")
def notes():
    """Of each provider of the table its servers, as they stand there."""
    text = (FACTS / "providers.md").read_text()
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ")]
    return [row[4] for row in rows if len(row) > 4]


def stands(notes, host, letter):
    """Whether a note has the host, and this letter in the same part of it."""
    parts = [part for note in notes for part in note.split(";")]
    return any(
        host in part and re.search(rf"\b{letter}\b", part.split(host)[1])
        for part in parts
    )


def test_servers_for_sending(providers, ispdb, notes):
    sources = {"provider": "P", "public": "C"}
    for code, one in providers.items():
        host = one["smtp_host"]
        place = ("smtp", host, str(one["smtp_port"]), SOCKETS[one["smtp_encryption"]])
        if one["source"]:
            name = host.replace("us-east-1", "REGION").replace("ionos.com", "ionos.TLD")
            letter = sources.get(one["source"])
            seen = stands(notes, name, letter) if letter else place in ispdb
            assert seen, f"{code}: {place} does not stand in {one['source']}"
        else:
            assert place not in ispdb, f"{code} need not be marked"


def test_servers_of_mailboxes(providers, ispdb):
    for code, one in providers.items():
        for kind, port in (("imap", "993"), ("pop", "995")):
            host = one[f"{kind}_host"]
            if host and one["source"]:
                assert (kind, host, port, "SSL") in ispdb, f"{code}: {host}"
