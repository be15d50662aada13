import {Component, markup, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {showOnly} from "@mail_gateway_plus/search/search";
import {useService} from "@web/core/utils/hooks";

/** Colours of the lights, as Bootstrap calls them. */
const COLOURS = {red: "danger", yellow: "warning", grey: "secondary", green: "success"};

/**
 * How many there are of each light, above the list, whatever it is searched for; and in
 * place of an empty list, what is true of the whole.
 */
export class HealthLights extends Component {
    static template = "mail_gateway_plus.HealthLights";
    static props = {lights: Array};

    colour(light) {
        return COLOURS[light];
    }

    show(light) {
        showOnly(this.env.searchModel, light);
    }
}

export class HealthRenderer extends ListRenderer {
    static template = "mail_gateway_plus.HealthRenderer";
    static components = {...ListRenderer.components, HealthLights};

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.summary = useState({lights: [], text: ""});
        onWillStart(() => this.summarise());
        onWillUpdateProps(() => this.summarise());
    }

    /** There is nothing to be done with several at once. */
    get hasSelectors() {
        return false;
    }

    async summarise() {
        const found = await this.orm.call("mail.gateway.health", "get_summary", []);
        Object.assign(this.summary, {lights: found.lights, text: markup(found.text)});
    }
}

registry.category("views").add("mail_gateway_health", {
    ...listView,
    Renderer: HealthRenderer,
});
