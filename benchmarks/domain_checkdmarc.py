# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What checkdmarc takes for one domain. It keeps what it has asked, so each measurement
is a process of its own; loading it is not counted.

    python benchmarks/domain_checkdmarc.py PORT DOMAIN spf|check
"""

import json
import sys
import time

import checkdmarc  # type: ignore[import-not-found]
import checkdmarc.spf  # type: ignore[import-not-found]
import dns.nameserver


def main() -> None:
    port, domain = int(sys.argv[1]), sys.argv[2]
    servers = [dns.nameserver.Do53Nameserver("127.0.0.1", port)]
    begin = time.perf_counter()
    if sys.argv[3] == "spf":
        checkdmarc.spf.check_spf(domain, nameservers=servers)
    else:
        checkdmarc.check_domains([domain], nameservers=servers)
    took = (time.perf_counter() - begin) * 1000
    sys.stdout.write(json.dumps({sys.argv[3]: [took]}))


if __name__ == "__main__":
    main()
