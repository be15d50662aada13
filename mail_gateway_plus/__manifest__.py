# Copyright 2026 Mail Gateway Plus contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Mail Gateway Plus",
    "summary": "Incoming e-mail that is never lost and explains itself",
    "version": "19.0.1.0.0",
    "development_status": "Beta",
    "category": "Discuss",
    "author": "Mail Gateway Plus contributors",
    "license": "LGPL-3",
    "depends": ["mail", "hr"],
    "data": [
        "security/mail_gateway_groups.xml",
        "security/ir.model.access.csv",
        "security/mail_gateway_rules.xml",
        "data/mail_gateway_advice_mailbox.xml",
        "data/mail_gateway_advice_mailbox_reply.xml",
        "data/mail_gateway_advice_message.xml",
        "data/mail_gateway_advice_setting.xml",
        "data/mail_gateway_advice_operator.xml",
        "data/mail_gateway_provider.xml",
        "data/ir_cron.xml",
        "views/fetchmail_server_views.xml",
        "wizards/mail_gateway_folder_pick_views.xml",
        "wizards/mail_gateway_mailbox_test_views.xml",
        "wizards/mail_gateway_route_wizard_views.xml",
        "wizards/mail_gateway_answer_wizard_views.xml",
        "views/mail_gateway_incoming_views.xml",
        "views/mail_gateway_incoming_analysis_views.xml",
        "views/res_config_settings_views.xml",
        "views/mail_gateway_menus.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "mail_gateway_plus/static/src/**/*",
        ],
        "web.assets_tests": [
            "mail_gateway_plus/static/tests/tours/*.js",
        ],
    },
    "pre_init_hook": "pre_init_hook",
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
