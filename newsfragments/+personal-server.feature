Owners of personal outgoing servers see each stage of Test Connection in their preferences,
and nobody else sees what was found. The server of Odoo's configuration file is tested from
General Settings, and its relay permissions are checked there.
