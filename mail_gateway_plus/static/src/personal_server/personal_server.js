import {MailServerConfiguratorSelection} from "@mail/views/fields/mail_server_configurator_selection/mail_server_configurator_selection";
import {patch} from "@web/core/utils/patch";

/**
 * Test Connection in the preferences shows each stage, as it does for other servers, in
 * place of one line.
 */
patch(MailServerConfiguratorSelection.prototype, {
    async onTestConnection() {
        await this.props.record.model.root.save();
        const shown = await this.orm.call(
            "res.users",
            "action_diagnose_outgoing_mail_server"
        );
        const [test] = await this.orm.read(
            shown.res_model,
            [shown.res_id],
            ["outcome"]
        );
        this.state.connectionFailed = test.outcome === "failed";
        await this.action.doAction(shown);
    },
});
