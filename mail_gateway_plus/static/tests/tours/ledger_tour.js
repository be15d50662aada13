import {registry} from "@web/core/registry";

registry.category("web_tour.tours").add("mail_gateway_plus_ledger", {
    steps: () => [
        {
            content: "The ledger shows the message with what became of it",
            trigger:
                ".o_data_row:contains('Nobody wants me'):contains('Quarantined'):contains('Nobody to give it to') td[name=subject]",
            run: "click",
        },
        {
            content: "The form says why and what to do",
            trigger:
                ".o_form_view .alert:contains('Create an alias for the recipient')",
        },
        {
            content: "It can be processed again, and nothing in it can be changed",
            trigger:
                ".o_form_view:not(:has(.o_field_widget input:enabled)) .o_statusbar_buttons button[name=action_reprocess]",
        },
        {
            content: "Open the headers",
            trigger: ".o_notebook a.nav-link:contains('Headers')",
            run: "click",
        },
        {
            content: "They are the message's own",
            trigger:
                ".o_field_widget[name=head]:contains('Message-ID: <lost@out.example>')",
        },
        {
            content: "Open the way it took",
            trigger: ".o_notebook a.nav-link:contains('What Became of It')",
            run: "click",
        },
        {
            content: "It ends where the message did",
            trigger:
                ".o_field_widget[name=trace_table]:contains('Nobody to give it to')",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb a:contains('Incoming Messages')",
            run: "click",
        },
        {
            content: "It is still there",
            trigger: ".o_list_view .o_data_row:contains('Nobody wants me')",
        },
    ],
});
