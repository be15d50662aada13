import {Component, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** Which of a form's values tell the address; arguments of look_up_settings. */
const ASKED = {
    "ir.mail_server": ({smtp_user: user, mailbox_id: mailbox}) => [
        user || "",
        mailbox ? mailbox.id : false,
    ],
    "fetchmail.server": ({user, server_type: type}) => [user || "", type],
};

/**
 * Fills in the server of the address that is typed, on a form that may be unsaved: a
 * button of Odoo's would save it first, and so ask for what is to be found here.
 */
export class LookUpSettings extends Component {
    static template = "mail_gateway_plus.LookUpSettings";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({busy: false});
    }

    get asked() {
        const {data, resModel} = this.props.record;
        return ASKED[resModel](data);
    }

    async lookUp() {
        const {record} = this.props;
        this.state.busy = true;
        try {
            // What is being typed gets into the record first.
            await record.isDirty();
            const asked = this.asked;
            const model = record.resModel;
            const found = await this.orm.call(model, "look_up_settings", asked);
            if (String(asked) === String(this.asked)) {
                await record.update(found.values);
                const {title, type} = found;
                this.notification.add(found.message, {title, type});
            }
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("view_widgets").add("mail_gateway_look_up", {
    component: LookUpSettings,
});
