# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import test_advice
from . import test_direct_callers
from . import test_download
from . import test_finding
from . import test_health
from . import test_health_many
from . import test_health_queues
from . import test_health_screen
from . import test_ledger
from . import test_mailbox
from . import test_operator
from . import test_permission
from . import test_outgoing
from . import test_provider
from . import test_rule
from . import test_round_trip
from . import test_smtp_login
from . import test_tour
from . import test_usage
