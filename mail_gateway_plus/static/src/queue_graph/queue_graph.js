import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

const SHADES = {
    sent: "#28a745",
    retried: "#ffac00",
    uncertain: "#8f5ba8",
    failed: "#dc3545",
};

/** What became of mails, in the colours of the list. */
export class MailQueueGraphRenderer extends GraphRenderer {
    getBarChartData() {
        const data = super.getBarChartData();
        const kinds = this.model.metaData.fields.kind.selection;
        for (const dataset of data.datasets) {
            const [kind] = kinds.find(([, label]) => label === dataset.label) || [];
            if (kind) {
                dataset.backgroundColor = SHADES[kind];
            }
        }
        return data;
    }
}

registry.category("views").add("mail_gateway_queue_graph", {
    ...graphView,
    Renderer: MailQueueGraphRenderer,
});
