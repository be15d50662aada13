# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the addon's check of domains takes, without Odoo around it: what it stores is no
part of what checkdmarc does.

    python -m benchmarks.domain_addon PORT TIMES    prints {what: milliseconds}
"""

import importlib
import json
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .domain_zones import COUNT, TREE, usual

ADDON = "odoo.addons.mail_gateway_plus"


def _stand_in(name: str, folder: Path | None = None) -> None:
    """The addon's own ``__init__`` would load Odoo."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder)] if folder else []
    sys.modules[name] = module


def _took(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    port, times = int(sys.argv[1]), int(sys.argv[2])
    for name in ("odoo", "odoo.addons"):
        _stand_in(name)
    _stand_in(ADDON, Path(__file__).resolve().parents[1] / "mail_gateway_plus")
    resolver = importlib.import_module(f"{ADDON}.net.resolver")
    book = importlib.import_module(f"{ADDON}.core.dns.book")
    report = importlib.import_module(f"{ADDON}.core.dns.domain_report")
    spf = importlib.import_module(f"{ADDON}.core.dns.spf_finding")

    def answered(*decisions: Callable[[Any], Any]) -> None:
        made = resolver.Resolver([f"127.0.0.1:{port}"], resolver.CHECK)
        made.answered_all([book.decided(one) for one in decisions])

    def check(name: str) -> Callable[[Any], Any]:
        subject = report.Subject(name, selectors=("s1",))
        return lambda known: report.report(known, subject)

    def spf_alone(known: Any) -> Any:
        return spf.findings(known, TREE)

    # The first one loads what is loaded late.
    answered(check(usual(0)))
    tree = [_took(lambda: answered(spf_alone)) for _turn in range(times)]
    whole = [_took(lambda: answered(check(TREE))) for _turn in range(times)]
    names = [usual(number) for number in range(COUNT)]
    hundred = [_took(lambda: answered(*map(check, names)))]
    sys.stdout.write(json.dumps({"spf": tree, "check": whole, "hundred": hundred}))


if __name__ == "__main__":
    main()
