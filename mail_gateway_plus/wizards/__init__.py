# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import mail_compose_mass
from . import mail_gateway_folder_pick
from . import mail_gateway_mailbox_test
from . import mail_gateway_route_wizard
from . import mail_gateway_answer_wizard
from . import mail_gateway_test_message
from . import mail_gateway_round_trip_start
from . import mail_gateway_try
from . import mail_gateway_chain
from . import mail_gateway_queue_change
from . import mail_gateway_sender_preview
from . import mail_compose_message
