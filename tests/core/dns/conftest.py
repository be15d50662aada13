# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands on packages that only the bare environment has is tested there alone."""

from ..conftest import IS_BARE

collect_ignore = [] if IS_BARE else ["test_spf_suite.py", "test_spf_oracle.py"]
