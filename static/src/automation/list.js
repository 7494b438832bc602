/** Entry of the list of dubs. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { fromTemplate, show } from "../shared/dom.js";
import { follower } from "../shared/follow.js";
import { catchUp } from "../shared/heard.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { isActive } from "../shared/jobs.js";
import { toast, toastError } from "../shared/toasts.js";
import { fillRow } from "./dub_row.js";
import { languageNames } from "./engine_choice.js";

class DubsController extends Controller {
  static targets = ["list", "row", "panel", "empty", "tools"];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.jobs = new Map();
    this.names = new Map();
    this.posters = pageData().posters ?? {};
    this.follow = follower({
      ask: (id) => api(`automation/jobs/${id}/`, { signal }),
      got: (job) => this.put(job),
    });
    for (const job of pageData().jobs ?? []) this.put(job, { at: "end" });
    const ofJob = ({ detail }) => detail.kind === "dub" && this.follow(detail.id);
    document.addEventListener(EVENTS.JOB, ofJob, { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    this.listTarget.addEventListener("click", (event) => this.press(event), { signal });
    if ([...this.jobs.values()].some(isActive)) catchUp(() => this.refresh(), { signal });
    this.learnNames();
  }

  disconnect() {
    this.leaving.abort();
  }

  async learnNames() {
    try {
      const engines = await api("automation/engines/", { signal: this.leaving.signal });
      this.names = languageNames(engines);
      for (const job of this.jobs.values()) this.put(job);
    } catch {
      // Codes are shown instead.
    }
  }

  rowOf(id) {
    return this.listTarget.querySelector(`[data-dub="${CSS.escape(id)}"]`);
  }

  put(job, { at = "start" } = {}) {
    this.jobs.set(job.id, job);
    let row = this.rowOf(job.id);
    if (!row) {
      row = fromTemplate(this.rowTarget);
      if (at === "start") this.listTarget.prepend(row);
      else this.listTarget.append(row);
    }
    fillRow(row, job, { names: this.names, poster: this.posters[job.asset] });
    this.paintEmpty();
  }

  paintEmpty() {
    const filled = this.jobs.size > 0;
    show(this.emptyTarget, !filled);
    show(this.panelTarget, filled);
    show(this.toolsTarget, filled);
  }

  async refresh() {
    try {
      const { results } = await api("automation/jobs/", { signal: this.leaving.signal });
      for (const job of [...results].reverse()) this.put(job);
    } catch {
      // The next resync asks again.
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const job = this.jobs.get(button.closest("[data-dub]").dataset.dub);
    button.disabled = true;
    try {
      if (button.dataset.do === "delete") await this.remove(job);
      else this.put(await api(`automation/jobs/${job.id}/${button.dataset.do}/`, { method: "POST" }));
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async remove(job) {
    const sure = await ask({
      title: t("Delete this dub?"),
      text: t("Its parts, its log and unfinished results go for good. What is in the library stays."),
      ok: t("Delete"),
      danger: true,
    });
    if (!sure) return;
    await api(`automation/jobs/${job.id}/`, { method: "DELETE" });
    this.jobs.delete(job.id);
    this.rowOf(job.id)?.remove();
    this.paintEmpty();
    toast(t("Deleted “{title}”.", { title: job.name }));
  }
}

application.register("dubs", DubsController);
