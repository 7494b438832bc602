/** What was sent to one webhook, newest first, with sending again. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatAge } from "../shared/time.js";

const ASK_EVERY_MS = 2_000;
const BADGES = { succeeded: "Delivered", failed: "Failed", cancelled: "Cancelled", running: "Sending", queued: "Waiting" };

/** @param {object} delivery as in GET webhooks/{id}/deliveries/ */
export function resultOf({ response_status: status, duration_ms: ms, attempts, error, next_attempt_at: next }) {
  const parts = [];
  if (status) parts.push(t("answer {status} after {ms} ms", { status, ms: ms ?? 0 }));
  if (error) parts.push(error.message);
  if (attempts > 1) parts.push(t("{attempts} tries", { attempts }));
  if (next && attempts > 0) {
    parts.push(t("next try at {time}", { time: new Date(next).toLocaleTimeString() }));
  }
  return parts.join(" · ");
}

export class DeliveryLog {
  #next = "";
  #timer = null;

  /** @param {{root: HTMLElement, template: HTMLTemplateElement, id: string}} parts */
  constructor({ root, template, id }) {
    this.root = root;
    this.template = template;
    this.path = `webhooks/${id}/deliveries/`;
    this.rows = new Map();
  }

  get list() {
    return field(this.root, "deliveries");
  }

  /** Asks for the newest ones, and again while some are on their way. */
  async refresh() {
    clearTimeout(this.#timer);
    const page = await api(this.path);
    if (this.rows.size === 0) this.#next = page.next ?? "";
    for (const delivery of [...page.results].reverse()) this.put(delivery, "prepend");
    this.#paint();
    const busy = page.results.some(({ state }) => ["queued", "running"].includes(state));
    if (busy && !this.root.hidden && this.root.isConnected) {
      this.#timer = setTimeout(() => this.refresh().catch(() => {}), ASK_EVERY_MS);
    }
  }

  async more() {
    const page = await api(`${this.path}${new URL(this.#next, location.href).search}`);
    this.#next = page.next ?? "";
    for (const delivery of page.results) this.put(delivery, "append");
    this.#paint();
  }

  async resend(id) {
    this.put(await api(`${this.path}${id}/redeliver/`, { method: "POST" }), "prepend");
    await this.refresh();
  }

  put(delivery, where) {
    let row = this.rows.get(delivery.id);
    if (!row) {
      row = fromTemplate(this.template);
      row.dataset.delivery = delivery.id;
      this.rows.set(delivery.id, row);
      this.list[where](row);
    }
    const badge = field(row, "state");
    badge.dataset.state = delivery.state;
    setText(row, "state", t(BADGES[delivery.state] ?? delivery.state));
    setText(row, "event", delivery.event_type);
    setText(row, "result", resultOf(delivery));
    setText(row, "at", formatAge(delivery.created_at));
    field(row, "at").dateTime = delivery.created_at;
    setText(row, "payload", JSON.stringify(delivery.payload, null, 2));
    show(row.querySelector("[data-do='resend']"), !["queued", "running"].includes(delivery.state));
  }

  #paint() {
    show(field(this.root, "nothing"), this.rows.size === 0);
    show(this.root.querySelector("[data-do='more']"), this.#next !== "");
  }
}
