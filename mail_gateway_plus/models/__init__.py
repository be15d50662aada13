# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import mail_gateway_advice
from . import mail_gateway_chunk
from . import mail_gateway_finding
from . import mail_gateway_folder
from . import mail_gateway_incoming
from . import mail_gateway_incoming_actions
from . import mail_gateway_incoming_preview
from . import mail_gateway_incoming_processing
from . import mail_gateway_outcome
from . import mail_gateway_tally
from . import mail_gateway_incoming_retention
from . import fetchmail_server_connection
from . import fetchmail_server_fetch
from . import fetchmail_server
from . import fetchmail_server_folders
from . import fetchmail_server_status
from . import fetchmail_server_reconciliation
from . import fetchmail_server_test
from . import ir_cron
from . import mail_alias
from . import mail_alias_domain
from . import mail_mail
from . import mail_thread
from . import mail_thread_speed
from . import res_partner
from . import res_config_settings
