import {
    Component,
    onWillStart,
    onWillUnmount,
    onWillUpdateProps,
    useState,
} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {ListRenderer} from "@web/views/list/list_renderer";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {showOnly} from "@mail_gateway_plus/search/search";
import {useService} from "@web/core/utils/hooks";

/** How often it is looked how far the work in the background is. */
const EVERY_MS = 2000;
const QUEUE = "mail.gateway.queue";

/** Where all mail stands, above the list of the mails. */
export class MailQueueOverview extends Component {
    static template = "mail_gateway_plus.MailQueueOverview";
    static props = {list: Object};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({data: null});
        this.tiles = [
            ["waiting", _t("Waiting"), "text-info"],
            ["retrying", _t("Retrying"), "text-warning"],
            ["stopped", _t("Stopped"), "text-danger"],
            ["uncertain", _t("Uncertain"), "text-warning"],
            ["failed", _t("Failed"), "text-danger"],
            ["sent", _t("Sent Today"), "text-success"],
        ];
        this.periods = {minute: _t("a minute"), hour: _t("an hour"), day: _t("a day")};
        this.states = {
            working: _t("Working"),
            held: _t("Not Reached"),
            stopped: _t("Stopped"),
        };
        onWillStart(() => this.look());
        onWillUpdateProps(() => this.look());
        onWillUnmount(() => clearTimeout(this.timer));
    }

    async look() {
        clearTimeout(this.timer);
        const before = this.steps;
        this.state.data = await this.orm.silent.call(QUEUE, "overview", []);
        if (this.isAtWork) {
            this.timer = setTimeout(() => this.look(), EVERY_MS);
        }
        if (before !== null && before !== this.steps) {
            await this.props.list.load();
        }
    }

    /** What the list does not show yet once it is another. */
    get steps() {
        const jobs = this.state.data?.jobs;
        return jobs
            ? jobs.map((job) => [job.id, job.treated, job.is_over]).join()
            : null;
    }

    get isAtWork() {
        return Boolean(this.state.data?.jobs.some((job) => !job.is_over));
    }

    /** Show what a tile counts. */
    filter(name) {
        showOnly(this.env.searchModel, name);
    }

    moment(value) {
        return toLocaleDateTimeString(deserializeDateTime(value));
    }

    pace(server) {
        const known = server.pace.filter((one) => one.limit);
        const shown = known.length ? known : server.pace.slice(-1);
        return shown
            .map(({used, limit, period}) =>
                limit
                    ? _t("%(used)s of %(limit)s %(period)s", {
                          used,
                          limit,
                          period: this.periods[period],
                      })
                    : _t("%s in the last day", used)
            )
            .join(", ");
    }

    share(job) {
        const done = job.treated - job.waiting;
        return job.total ? Math.round((100 * done) / job.total) : 100;
    }

    told(job) {
        const parts = [
            [job.sent, _t("%s sent", job.sent)],
            [job.failed, _t("%s failed", job.failed)],
            [job.cancelled, _t("%s cancelled", job.cancelled)],
            [job.waiting, _t("%s wait", job.waiting)],
        ];
        const known = parts.filter(([count]) => count).map(([, text]) => text);
        const of = _t("%(treated)s of %(total)s treated", job);
        return [of, ...known].join(", ");
    }

    async test(server) {
        const action = await this.orm.call("ir.mail_server", "action_test_of_queue", [
            server.id,
        ]);
        await this.action.doAction(action, {onClose: () => this.props.list.load()});
    }

    openServer(server) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "ir.mail_server",
            res_id: server.id,
            views: [[false, "form"]],
        });
    }

    openSettings() {
        return this.action.doAction("base_setup.action_general_configuration");
    }

    openAction(name) {
        return this.action.doAction(`mail_gateway_plus.${name}`);
    }

    async dismiss(job) {
        await this.orm.call("mail.gateway.queue.job", "action_dismiss", [[job.id]]);
        await this.look();
    }
}

export class MailQueueRenderer extends ListRenderer {
    static template = "mail_gateway_plus.MailQueueRenderer";
    static components = {...ListRenderer.components, MailQueueOverview};
}

registry.category("views").add("mail_gateway_queue", {
    ...listView,
    Renderer: MailQueueRenderer,
});
