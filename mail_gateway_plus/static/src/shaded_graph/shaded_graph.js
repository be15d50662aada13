import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

const RED = "#dc3545";
const YELLOW = "#ffac00";

/** View -> the field that its bars are stacked by, and the colours of the list. */
const VIEWS = {
    mail_gateway_health_graph: ["light", {red: RED, yellow: YELLOW}],
    mail_gateway_queue_graph: [
        "kind",
        {sent: "#28a745", retried: YELLOW, uncertain: "#8f5ba8", failed: RED},
    ],
};

function shaded(field, shades) {
    return class extends GraphRenderer {
        prepareOptions() {
            return {...super.prepareOptions(), animation: false};
        }

        getBarChartData() {
            const data = super.getBarChartData();
            const known = this.model.metaData.fields[field].selection;
            for (const dataset of data.datasets) {
                const [value] =
                    known.find(([, label]) => label === dataset.label) || [];
                if (value) {
                    dataset.backgroundColor = shades[value];
                }
            }
            return data;
        }
    };
}

for (const [name, [field, shades]] of Object.entries(VIEWS)) {
    const Renderer = shaded(field, shades);
    registry.category("views").add(name, {...graphView, Renderer});
}
