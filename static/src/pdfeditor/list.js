/** Entry of the list of PDFs: open one, bring one in, rename, delete. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { follower } from "../shared/follow.js";
import { catchUp } from "../shared/heard.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatAge, formatSize } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { startUploads, uploadFiles, uploads } from "../uploads/uploads_of_page.js";
import { newId } from "../shared/ids.js";

const isPdf = ({ name, type }) => type === "application/pdf" || /\.pdf$/i.test(name);
const READY_EVERY_MS = 700;
const PAGE_SIZE = 60;

class PdfsController extends Controller {
  static targets = [
    "grid", "empty", "lead", "tools", "dialog", "choices", "noChoices", "cardTemplate", "more",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.projects = new Map();
    this.brought = new Set();
    const { projects = [] } = pageData();
    for (const project of projects) this.put(project, { at: "end" });
    this.next = projects.length >= PAGE_SIZE ? `pdf-projects/?page_size=${PAGE_SIZE}` : null;
    show(this.moreTarget, this.next !== null);
    this.gridTarget.addEventListener("click", (event) => this.press(event), { signal });
    document.addEventListener(EVENTS.PDF_PROJECT, ({ detail }) => this.heard(detail), { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.refresh(), { signal });
    this.unwatch = uploads.watch((finished) => finished && this.arrived(finished));
    this.follow = follower({
      ask: (id) => api(`pdf-projects/${id}/`),
      got: (project) => this.put(project),
    });
    if (projects.some(({ status }) => status === "processing")) {
      catchUp(() => this.refresh(), { signal });
    }
    startUploads();
    this.openAsked();
  }

  /** The library leads here with a file to open: once, not again after a reload. */
  openAsked() {
    const asset = new URLSearchParams(location.search).get("asset");
    if (!asset) return;
    history.replaceState(null, "", location.pathname);
    this.start(asset, { open: true });
  }

  disconnect() {
    this.leaving.abort();
    this.unwatch();
  }

  card(id) {
    return this.gridTarget.querySelector(`[data-pdf="${CSS.escape(id)}"]`);
  }

  put(project, { at = "start" } = {}) {
    this.projects.set(project.id, project);
    let card = this.card(project.id);
    if (!card) {
      card = fromTemplate(this.cardTemplateTarget);
      card.dataset.pdf = project.id;
      if (at === "start") this.gridTarget.prepend(card);
      else this.gridTarget.append(card);
    }
    const isLocked = project.error?.code === "password_required";
    card.dataset.status = isLocked ? "locked" : project.status;
    const page = `/pdf/${project.id}/`;
    field(card, "link").href = page;
    field(card, "title").href = page;
    setText(card, "title", project.name);
    card
      .querySelector("[data-menu-target='button']")
      .setAttribute("aria-label", t("More actions for {title}", { title: project.name }));
    const poster = field(card, "poster");
    const url = project.thumbnail_url;
    if (url && poster.getAttribute("src") !== url) poster.src = url;
    show(poster, Boolean(url));
    setText(card, "pages", t("{count} p.", { count: project.page_count }));
    show(field(card, "pages"), project.page_count > 0);
    const isWorking = project.status === "processing";
    const age = t("Edited {age}", { age: formatAge(project.updated_at) });
    setText(card, "meta", isWorking ? t("Getting it ready…") : age);
    let reason = project.status === "failed" ? (project.error?.message ?? t("This file cannot be opened.")) : "";
    if (isLocked) reason = t("Locked. Open it to enter its password.");
    setText(card, "reason", reason);
    show(field(card, "reason"), reason !== "");
    this.paintEmpty();
  }

  paintEmpty() {
    const filled = this.gridTarget.childElementCount > 0;
    show(this.emptyTarget, !filled);
    show(this.leadTarget, filled);
    show(this.toolsTarget, filled);
  }

  // --- Bringing in ----------------------------------------------------------------

  chosen({ target }) {
    const files = [...target.files];
    target.value = "";
    uploadFiles(files.filter(isPdf));
    for (const { name } of files.filter((file) => !isPdf(file))) {
      toast(t("“{name}” is no PDF.", { name }), { tone: "error" });
    }
  }

  /** An upload of this page is done: a PDF is opened at once. */
  async arrived(upload) {
    if (!isPdf(upload.file) || !upload.assetId || this.brought.has(upload.assetId)) return;
    this.brought.add(upload.assetId);
    const isAlone = uploads.unfinished.length === 0 && this.brought.size === 1;
    await this.start(upload.assetId, { open: isAlone });
  }

  /** Makes a project of a file of the library, as soon as that is ready. */
  async start(asset, { open }) {
    try {
      for (let tries = 0; tries < 60; tries += 1) {
        const { status } = await api(`assets/${asset}/`);
        if (status === "ready" || status === "failed") break;
        await new Promise((resolve) => setTimeout(resolve, READY_EVERY_MS));
      }
      const project = await api("pdf-projects/", {
        method: "POST", body: { asset }, headers: { "Idempotency-Key": newId() },
      });
      this.put(project);
      if (open) location.assign(`/pdf/${project.id}/`);
    } catch (error) {
      toastError(error);
    }
  }

  async fromLibrary() {
    try {
      const { results } = await api("assets/?kind=pdf");
      this.choicesTarget.replaceChildren(
        ...results.map((asset) => {
          const choice = document.createElement("button");
          choice.className = "pdf-pick-choice";
          const title = document.createElement("span");
          title.className = "clip-line";
          title.textContent = asset.title;
          const size = document.createElement("span");
          size.className = "row-sub figures";
          size.textContent = formatSize(asset.size_bytes);
          choice.append(title, size);
          choice.addEventListener("click", () => this.start(asset.id, { open: true }));
          return choice;
        }),
      );
      show(this.noChoicesTarget, results.length === 0);
      this.dialogTarget.showModal();
    } catch (error) {
      toastError(error);
    }
  }

  // --- News ---------------------------------------------------------------------

  heard({ id, is_deleted: isDeleted }) {
    if (isDeleted) this.drop(id);
    else if (this.projects.has(id)) this.follow(id);
  }

  async refresh() {
    try {
      const { results } = await api("pdf-projects/");
      for (const project of results.reverse()) this.put(project);
    } catch {
      // The next resync asks again.
    }
  }

  async showMore() {
    try {
      let answer = await api(this.next);
      const isKnown = answer.results.every(({ id }) => this.projects.has(id));
      if (isKnown && answer.next) answer = await api(pathOf(answer.next));
      for (const project of answer.results) {
        if (!this.projects.has(project.id)) this.put(project, { at: "end" });
      }
      this.next = answer.next && pathOf(answer.next);
      show(this.moreTarget, Boolean(this.next));
    } catch (error) {
      toastError(error);
    }
  }

  drop(id) {
    this.projects.delete(id);
    this.card(id)?.remove();
    this.paintEmpty();
  }

  // --- One of them ----------------------------------------------------------------

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const project = this.projects.get(button.closest("[data-pdf]").dataset.pdf);
    button.disabled = true;
    try {
      await this[`${button.dataset.do}Project`](project);
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async renameProject(project) {
    const name = await ask({
      title: t("Rename"), ok: t("Rename"), input: { label: t("Name"), value: project.name },
    });
    if (!name || name === project.name) return;
    const body = { name, revision: project.revision };
    this.put(await api(`pdf-projects/${project.id}/`, { method: "PATCH", body }));
  }

  async deleteProject(project) {
    const sure = await ask({
      title: t("Delete this PDF?"),
      text: t("“{title}” and what is drawn on it go to the bin. The file stays in the library.", {
        title: project.name,
      }),
      ok: t("Delete"),
      danger: true,
    });
    if (!sure) return;
    await api(`pdf-projects/${project.id}/`, { method: "DELETE" });
    this.drop(project.id);
    toast(t("Deleted “{title}”.", { title: project.name }), {
      action: {
        label: t("Undo"),
        run: async () => {
          try {
            const path = `pdf-projects/${project.id}/restore/`;
            this.put((await api(path, { method: "POST" })) ?? project);
          } catch (error) {
            toastError(error);
          }
        },
      },
    });
  }
}

const pathOf = (address) => {
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
};

application.register("pdfs", PdfsController);
