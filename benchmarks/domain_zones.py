# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The zones that checks of domains are measured on, served in a process of its own:
what the name server does takes no time from who asks.

    python -m benchmarks.domain_zones PORT SECONDS      until its input ends
"""

import sys

from sandbox.nameserver import NameServer

#: Ten terms that look something up, on four levels.
TREE = "tree.test"
DEPTH = 4
COUNT = 100

_DMARC = '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@{name}"\n'
_TREE = """@ TXT "v=spf1 include:a.tree.test include:b.tree.test a:h.tree.test mx -all"
@ MX 5 m
m A 192.0.2.1
h A 192.0.2.2
a TXT "v=spf1 include:c.tree.test include:d.tree.test -all"
b TXT "v=spf1 include:e.tree.test -all"
c TXT "v=spf1 include:f.tree.test -all"
d TXT "v=spf1 a:h.tree.test -all"
e TXT "v=spf1 ip4:192.0.2.3 -all"
f TXT "v=spf1 a:h.tree.test -all"
"""
_USUAL = """@ TXT "v=spf1 include:spf.provider.test mx a:w.{name} -all"
@ MX 5 m
m A 192.0.2.1
w A 192.0.2.2
s1._domainkey TXT "v=DKIM1; p="
"""


def usual(number: int) -> str:
    return f"d{number}.test"


def zones() -> dict[str, str]:
    found = {
        "test": "",
        "invalid": "ns A 127.0.0.1",
        "2.0.192.in-addr.arpa": "1 PTR m.tree.test.",
        "provider.test": 'spf TXT "v=spf1 ip4:203.0.113.0/24 ~all"',
        TREE: _TREE + _DMARC.format(name=TREE),
    }
    for name in map(usual, range(COUNT)):
        found[name] = (_USUAL + _DMARC).format(name=name)
    return found


def main() -> None:
    port, delay_s = int(sys.argv[1]), float(sys.argv[2])
    with NameServer(port, zones()) as server:
        server.delay_s = delay_s
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
