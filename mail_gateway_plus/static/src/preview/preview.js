import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/**
 * The message as its sender wrote it: its attachments, and its body in a frame that
 * runs no scripts and belongs to no site.
 */
export class MessagePreview extends Component {
    static template = "mail_gateway_plus.MessagePreview";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({note: "", url: "", attachments: []});
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps((next) => this.load(next.record.resId));
    }

    async load(id) {
        if (id && id !== this.shown) {
            this.shown = id;
            const found = await this.orm.call("mail.gateway.incoming", "get_preview", [
                [id],
            ]);
            Object.assign(this.state, found);
        }
    }
}

registry.category("view_widgets").add("mail_gateway_preview", {
    component: MessagePreview,
});
