import {GraphRenderer} from "@web/views/graph/graph_renderer";
import {graphView} from "@web/views/graph/graph_view";
import {registry} from "@web/core/registry";

const SHADES = {red: "#dc3545", yellow: "#ffac00"};

/** The graph has the colours of the lights. */
export class HealthGraphRenderer extends GraphRenderer {
    prepareOptions() {
        return {...super.prepareOptions(), animation: false};
    }

    getBarChartData() {
        const data = super.getBarChartData();
        const lights = this.model.metaData.fields.light.selection;
        for (const dataset of data.datasets) {
            const [light] = lights.find(([, label]) => label === dataset.label) || [];
            if (light) {
                dataset.backgroundColor = SHADES[light];
            }
        }
        return data;
    }
}

registry.category("views").add("mail_gateway_health_graph", {
    ...graphView,
    Renderer: HealthGraphRenderer,
});
