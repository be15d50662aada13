# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs the same test files with Odoo and without.

The addon's own ``__init__`` imports Odoo. Where there is none, the packages above
``core`` and ``net`` are stood in for by empty ones that know only their folders.
"""

import importlib.util
import sys
import types
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no fault of what is tested.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

ADDON = Path(__file__).resolve().parents[2] / "mail_gateway_plus"


def _stand_in(name, folder=None):
    module = types.ModuleType(name)
    module.__path__ = [str(folder)] if folder else []
    sys.modules[name] = module


IS_BARE = importlib.util.find_spec("odoo") is None

if IS_BARE:
    _stand_in("odoo")
    _stand_in("odoo.addons")
    _stand_in("odoo.addons.mail_gateway_plus", ADDON)


@pytest.fixture(scope="session")
def is_bare():
    """Whether there is no Odoo: `make test` runs these tests both ways."""
    return IS_BARE
