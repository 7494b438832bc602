/** Entry of the downloads page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, show } from "../shared/dom.js";
import { follower } from "../shared/follow.js";
import { catchUp } from "../shared/heard.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { isActive } from "../shared/jobs.js";
import { onPastedLink } from "../shared/pasted_link.js";
import { toast, toastError } from "../shared/toasts.js";
import { bindBookmarklets } from "./bookmarklet.js";
import { fillRow } from "./download_row.js";
import { foundList } from "./found_list.js";
import { foundVideo } from "./found_video.js";
import { bindLookForm } from "./look.js";
import { sharedUrl } from "./shared_url.js";

const TYPING_MS = 300;
/** How many of a list are asked for in one request. */
const MANY = 200;

class DownloadsController extends Controller {
  static targets = [
    "list",
    "row",
    "panel",
    "empty",
    "filters",
    "more",
    "lookForm",
    "found",
    "video",
    "playlist",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.downloads = new Map();
    const data = pageData();
    this.cursor = data.next_cursor ?? "";
    this.follow = follower({
      ask: (id) => api(`downloads/${id}/`, { signal }),
      got: (download) => this.put(download),
    });
    for (const download of data.downloads ?? []) this.put(download, { at: "end" });
    const { look } = bindLookForm(this.lookFormTarget, (answer) => this.showFound(answer));
    onPastedLink((url) => look(url), { signal });
    bindBookmarklets(this.element);
    const shared = sharedUrl(location.search);
    if (shared) {
      // A reload must not look the address up again.
      history.replaceState(null, "", location.pathname);
      look(shared);
    }
    const ofJob = (event) => event.detail.kind === "download" && this.takeJob(event.detail);
    document.addEventListener(EVENTS.JOB, ofJob, { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    if ([...this.downloads.values()].some(isActive)) catchUp(() => this.refresh(), { signal });
    this.listTarget.addEventListener("click", (event) => this.press(event), { signal });
    this.filtersTarget.addEventListener("input", () => this.filterSoon(), { signal });
    this.filtersTarget.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.moreTarget.addEventListener("click", () => this.showMore(), { signal });
  }

  disconnect() {
    this.leaving.abort();
  }

  get query() {
    const values = new FormData(this.filtersTarget);
    const query = new URLSearchParams();
    for (const name of ["q", "state"]) {
      if (values.get(name)) query.set(name, values.get(name));
    }
    return query;
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
    this.showRows();
  }

  showRows() {
    const filtered = this.query.size > 0;
    const any = this.listTarget.children.length > 0;
    show(this.emptyTarget, !any);
    show(this.panelTarget, any);
    show(this.filtersTarget, any || filtered);
    const empty = this.emptyTarget;
    field(empty, "empty-title").textContent = filtered
      ? t("Nothing matches")
      : t("Nothing fetched yet");
    field(empty, "empty-text").textContent = filtered
      ? t("No download has these words and this state. Try fewer words.")
      : t("Paste a link above. Downloads run on the server, so you can close this page and come back.");
  }

  takeJob(job) {
    const known = this.downloads.get(job.id);
    if (!known && this.query.size > 0) return;
    if (known) this.put({ id: job.id, state: job.state, percent: job.percent, error: job.error });
    this.follow(job.id);
  }

  async refresh() {
    try {
      const { results } = await api(`downloads/?${this.query}`, { signal: this.leaving.signal });
      for (const download of [...results].reverse()) this.put(download);
    } catch {
      // The next resync asks again.
    }
  }

  filterSoon() {
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.filter(), TYPING_MS);
  }

  async filter() {
    const { query } = this;
    this.filtersTarget.querySelector("[data-export]").href = `/downloads/history.csv?${query}`;
    this.asking?.abort();
    this.asking = new AbortController();
    try {
      const page = await api(`downloads/?${query}`, { signal: this.asking.signal });
      this.listTarget.replaceChildren();
      this.downloads.clear();
      this.takePage(page);
      this.showRows();
    } catch (error) {
      toastError(error);
    }
  }

  takePage(page) {
    for (const download of page.results) this.put(download, { at: "end" });
    this.cursor = page.next ? new URL(page.next).searchParams.get("cursor") : "";
    show(this.moreTarget, this.cursor !== "");
  }

  async showMore() {
    const { query } = this;
    query.set("cursor", this.cursor);
    this.moreTarget.disabled = true;
    try {
      this.takePage(await api(`downloads/?${query}`, { signal: this.leaving.signal }));
    } catch (error) {
      toastError(error);
    } finally {
      this.moreTarget.disabled = false;
    }
  }

  showFound(answer) {
    const close = () => this.foundTarget.replaceChildren();
    const card = answer.video
      ? foundVideo(this.videoTarget, answer.video, { fetch: (body) => this.start(body), close })
      : foundList(this.playlistTarget, answer, {
          close,
          fetch: (entries, options) => this.startMany(entries, options),
          turn: (page) => this.turn(answer.playlist.url, page),
          subscribe: (options) => this.subscribe(answer.playlist.url, options),
        });
    this.foundTarget.replaceChildren(card);
    card.scrollIntoView({ block: "nearest" });
  }

  async turn(url, page) {
    try {
      return await api("downloads/inspect/", { method: "POST", body: { url, page } });
    } catch (error) {
      toastError(error);
      return null;
    }
  }

  async start(body) {
    try {
      this.put(await api("downloads/", { method: "POST", body }));
      this.clearFound();
    } catch (error) {
      toastError(error);
    }
  }

  /** @returns {Promise<string[]>} the addresses that were taken */
  async startMany(entries, options) {
    const taken = [];
    const refused = [];
    try {
      for (let at = 0; at < entries.length; at += MANY) {
        const body = { entries: entries.slice(at, at + MANY), ...options };
        const answer = await api("downloads/many/", { method: "POST", body });
        refused.push(...answer.refused);
        taken.push(...body.entries.map((entry) => entry.url));
      }
      this.clearFound();
    } catch (error) {
      toastError(error);
    }
    await this.filter();
    const started = taken.length - refused.length;
    if (started > 0) toast(t("{count} downloads are in the queue.", { count: started }));
    if (refused.length > 0) {
      const [first] = refused;
      const words = { count: refused.length, reason: first.message };
      toast(t("{count} of them cannot be fetched: {reason}", words), { tone: "error" });
    }
    return taken;
  }

  clearFound() {
    this.foundTarget.replaceChildren();
    this.lookFormTarget.elements.url.value = "";
  }

  async subscribe(url, options) {
    try {
      await api("subscriptions/", { method: "POST", body: { url, ...options } });
      toast(t("Subscribed. New videos are fetched once a day."), {
        tone: "success",
        action: { label: t("Subscriptions"), run: () => location.assign("/downloads/subscriptions/") },
      });
    } catch (error) {
      toastError(error);
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const row = button.closest("[data-download]");
    const id = row.dataset.download;
    const act = button.dataset.do;
    if (act === "delete-file" && !(await this.confirmDelete(id))) return;
    button.disabled = true;
    try {
      if (act === "forget") {
        await api(`downloads/${id}/`, { method: "DELETE" });
        this.downloads.delete(id);
        row.remove();
        this.showRows();
        return;
      }
      this.put(await api(`downloads/${id}/${act}/`, { method: "POST" }));
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  confirmDelete(id) {
    return ask({
      title: t("Delete the file?"),
      text: t("“{title}” goes to the bin of the library. This line stays.", {
        title: this.downloads.get(id)?.title ?? "",
      }),
      ok: t("Delete"),
      danger: true,
    });
  }
}

application.register("downloads", DownloadsController);
