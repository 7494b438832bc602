/** Entry of the downloads page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { fromTemplate, show } from "../shared/dom.js";
import { follower } from "../shared/follow.js";
import { api, pageData } from "../shared/http.js";
import { toastError } from "../shared/toasts.js";
import { bindLinkForm } from "../uploads/link_form.js";
import { fillRow } from "./download_row.js";

class DownloadsController extends Controller {
  static targets = ["list", "row", "panel", "empty"];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.downloads = new Map();
    this.follow = follower({
      ask: (id) => api(`downloads/${id}/`, { signal }),
      got: (download) => this.put(download),
    });
    for (const download of pageData().downloads ?? []) this.put(download, { at: "end" });
    bindLinkForm(this.element.querySelector("[data-link-form]"), (download) => this.put(download));
    const ofJob = (event) => event.detail.kind === "download" && this.takeJob(event.detail);
    document.addEventListener(EVENTS.JOB, ofJob, { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    this.listTarget.addEventListener("click", (event) => this.press(event), { signal });
  }

  disconnect() {
    this.leaving.abort();
  }

  put(download, { at = "start" } = {}) {
    const merged = { ...this.downloads.get(download.id), ...download };
    this.downloads.set(download.id, merged);
    const id = CSS.escape(download.id);
    let row = this.listTarget.querySelector(`[data-download="${id}"]`);
    if (!row) {
      row = fromTemplate(this.rowTarget);
      if (at === "start") this.listTarget.prepend(row);
      else this.listTarget.append(row);
    }
    fillRow(row, merged);
    show(this.emptyTarget, false);
    show(this.panelTarget, true);
  }

  takeJob(job) {
    const known = this.downloads.get(job.id);
    if (known) this.put({ id: job.id, state: job.state, percent: job.percent, error: job.error });
    this.follow(job.id);
  }

  async refresh() {
    try {
      const { results } = await api("downloads/", { signal: this.leaving.signal });
      for (const download of [...results].reverse()) this.put(download);
    } catch {
      // The next resync asks again.
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const id = button.closest("[data-download]").dataset.download;
    button.disabled = true;
    try {
      const answer = await api(`downloads/${id}/${button.dataset.do}/`, { method: "POST" });
      if (answer?.url) this.put(answer);
      else this.put(await api(`downloads/${id}/`));
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }
}

application.register("downloads", DownloadsController);
