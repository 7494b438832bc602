/** The list of background jobs in the header, on every page. */
import { Controller } from "@hotwired/stimulus";
import { EVENTS } from "../constants.js";
import { field, fromTemplate, setMeter, setText, show } from "../dom.js";
import { api } from "../http.js";
import { t } from "../i18n.js";
import { describeJob, isActive, percentOf } from "../jobs.js";
import { toastError } from "../toasts.js";

const KEPT = 12;

export class ActivityController extends Controller {
  static targets = ["label", "count", "list", "empty", "row", "offline"];

  connect() {
    this.jobs = new Map();
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    const on = (type, handler) => document.addEventListener(type, handler, { signal });
    on(EVENTS.JOB, (event) => this.take(event.detail));
    on(EVENTS.RESYNC, () => this.load());
    on(EVENTS.CONNECTION, (event) => show(this.offlineTarget, event.detail.mode !== "live"));
    this.listTarget.addEventListener("click", (event) => this.press(event), { signal });
    this.load();
  }

  disconnect() {
    this.leaving.abort();
  }

  async load() {
    try {
      const answer = await api("jobs/", { signal: this.leaving.signal });
      const jobs = Array.isArray(answer) ? answer : answer.results;
      this.jobs = new Map(jobs.map((job) => [job.id, job]));
      this.paint();
    } catch {
      // The link says when the server is away; this list waits for it.
    }
  }

  take(job) {
    this.jobs.set(job.id, { ...this.jobs.get(job.id), ...job });
    this.paint();
  }

  get shown() {
    const rank = (job) => (isActive(job) ? 0 : 1);
    return [...this.jobs.values()]
      .sort((a, b) => rank(a) - rank(b) || String(b.created_at).localeCompare(String(a.created_at)))
      .slice(0, KEPT);
  }

  paint() {
    const jobs = this.shown;
    const rows = new Map([...this.listTarget.children].map((row) => [row.dataset.id, row]));
    const ordered = jobs.map((job) => {
      const row = rows.get(job.id) ?? fromTemplate(this.rowTarget);
      this.fill(row, job);
      return row;
    });
    const changed = ordered.some((row, index) => this.listTarget.children[index] !== row);
    if (changed || ordered.length !== rows.size) this.listTarget.replaceChildren(...ordered);
    const active = jobs.filter(isActive).length;
    this.countTarget.textContent = String(active);
    show(this.countTarget, active > 0);
    this.labelTarget.textContent =
      active > 0 ? t("Activity, {count} at work", { count: active }) : t("Activity");
    show(this.emptyTarget, jobs.length === 0);
  }

  fill(row, job) {
    row.dataset.id = job.id;
    setText(row, "title", job.title || "");
    // Only our own pages: a job never leads elsewhere.
    if (job.target_url?.startsWith("/")) field(row, "title").href = job.target_url;
    setText(row, "state", describeJob(job));
    const active = isActive(job);
    show(field(row, "meter"), active);
    setMeter(field(row, "meter"), percentOf(job));
    show(field(row, "cancel"), active);
    show(field(row, "retry"), job.state === "failed" && job.error?.recoverable !== false);
  }

  async press(event) {
    const button = event.target.closest("[data-field='cancel'], [data-field='retry']");
    if (!button) return;
    const { id } = button.closest("[data-id]").dataset;
    button.disabled = true;
    try {
      const job = await api(`jobs/${id}/${button.dataset.field}/`, { method: "POST" });
      if (job) this.take(job);
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}
