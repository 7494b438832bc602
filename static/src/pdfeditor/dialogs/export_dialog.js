/** Exporting: what, which pages, and what became of it. */
import { EVENTS } from "../../shared/constants.js";
import { field, fromTemplate, setMeter, setText, show } from "../../shared/dom.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { isActive, percentOf } from "../../shared/jobs.js";
import { formatAge, formatSize } from "../../shared/time.js";
import { toastError } from "../../shared/toasts.js";
import { parseRanges } from "../page_ranges.js";
import { newId } from "../../shared/ids.js";

const ASK_EVERY_MS = 900;
const MOST_SHOWN = 6;

const HELP = {
  editable: "Annotations stay annotations: every PDF program can go on with them.",
  flat: "Everything becomes part of the pages and can no longer be moved.",
  png: "A picture of each page; several come in one ZIP file.",
  jpeg: "A smaller picture of each page; several come in one ZIP file.",
  xfdf: "Only the annotations, for programs that read XFDF.",
};

const NAMES = { pdf: "PDF", png: "PNG", jpeg: "JPEG", xfdf: "XFDF" };

export class ExportDialog {
  #dialog;
  #store;
  #save;
  #path;
  #timer = null;

  /** @param {{dialog: HTMLDialogElement, store: object, save: () => Promise<boolean>}} options */
  constructor({ dialog, store, save }) {
    this.#dialog = dialog;
    this.#store = store;
    this.#save = save;
    this.#path = `pdf-projects/${store.project.id}/exports/`;
    this.form = dialog.querySelector("[data-export-form]");
    this.list = dialog.querySelector("[data-exports]");
    this.form.addEventListener("change", () => this.#paint());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#start();
    });
    dialog.addEventListener("close", () => clearTimeout(this.#timer));
    document.addEventListener(EVENTS.JOB, ({ detail }) => {
      if (dialog.open && detail.kind === "pdf_export") void this.refresh();
    });
  }

  open() {
    this.#paint();
    show(this.#dialog.querySelector("[data-export-signed]"), Boolean(this.#store.project.is_signed));
    this.#dialog.showModal();
    void this.refresh();
  }

  #paint() {
    const kind = new FormData(this.form).get("kind");
    this.#dialog.querySelector("[data-export-help]").textContent = t(HELP[kind]);
    show(this.#dialog.querySelector("[data-export-part='pdf']"), ["editable", "flat"].includes(kind));
    show(this.#dialog.querySelector("[data-export-part='pages']"), kind !== "xfdf");
  }

  #body() {
    const data = new FormData(this.form);
    const kind = data.get("kind");
    const isPdf = kind === "editable" || kind === "flat";
    const { pages } = this.#store;
    const numbers = kind === "xfdf" ? null : parseRanges(String(data.get("pages") ?? ""), pages.length);
    const input = this.form.elements.pages;
    const isWrong = numbers === null && kind !== "xfdf";
    input.setAttribute("aria-invalid", String(isWrong));
    input.setCustomValidity(isWrong ? t("Write page numbers such as 1-3, 7, up to {count}.", { count: pages.length }) : "");
    if (isWrong) {
      input.reportValidity();
      input.addEventListener("input", () => input.setCustomValidity(""), { once: true });
      return null;
    }
    const isAll = !numbers || (numbers.length === pages.length && numbers.every((n, i) => n === i + 1));
    const body = {
      format: isPdf ? "pdf" : kind,
      flatten: kind === "flat",
      pages: isAll ? null : numbers.map((number) => pages[number - 1].id),
    };
    if (!isPdf) return body;
    const flag = (name) => data.get(name) === "on";
    body.remove = { scripts: flag("scripts"), attachments: flag("attachments"), metadata: flag("metadata") };
    if (data.get("password")) body.password = data.get("password");
    return body;
  }

  async #start() {
    const body = this.#body();
    if (!body) return;
    const button = this.form.querySelector("[value='ok']");
    button.disabled = true;
    try {
      await this.#save();
      await api(this.#path, { method: "POST", body, headers: { "Idempotency-Key": newId() } });
      this.form.elements.password.value = "";
      await this.refresh();
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  async refresh() {
    clearTimeout(this.#timer);
    try {
      const { results } = await api(this.#path);
      const shown = results.slice(0, MOST_SHOWN);
      this.#fill(shown);
      if (this.#dialog.open && shown.some(isActive)) {
        this.#timer = setTimeout(() => this.refresh(), ASK_EVERY_MS);
      }
    } catch (error) {
      toastError(error);
    }
  }

  #fill(exports) {
    const rows = new Map([...this.list.children].map((row) => [row.dataset.export, row]));
    this.list.replaceChildren(
      ...exports.map((each) => {
        const row = rows.get(each.id) ?? fromTemplate(this.#dialog.querySelector("[data-export-row]"));
        row.dataset.export = each.id;
        this.#fillRow(row, each);
        return row;
      }),
    );
  }

  #fillRow(row, job) {
    row.dataset.state = job.state;
    const { flatten, pages } = job.options ?? {};
    const kind = job.format === "pdf" ? (flatten ? t("PDF, final") : t("PDF, editable")) : NAMES[job.format];
    const some = pages ? t("{count} pages", { count: pages.length }) : null;
    setText(row, "title", [kind, some].filter(Boolean).join(" · "));
    const done = job.state === "succeeded";
    let state = done ? [formatSize(job.size_bytes), formatAge(job.finished_at ?? job.created_at)].filter(Boolean).join(" · ") : t("Working…");
    if (job.state === "queued") state = t("Waiting for its turn");
    if (job.state === "failed") state = job.error?.message ?? t("The export failed.");
    if (job.state === "cancelled") state = t("Cancelled");
    setText(row, "state", state);
    const link = field(row, "file");
    if (job.file_url) link.href = job.file_url;
    show(link, done && Boolean(job.file_url));
    const meter = field(row, "meter");
    show(meter, isActive(job));
    setMeter(meter, percentOf(job));
    const { verified, warnings = [] } = job;
    const badge = field(row, "verified");
    show(badge, done && Boolean(verified));
    badge.dataset.ok = String(Boolean(verified?.ok));
    if (verified) {
      setText(row, "verified-text", verified.ok
        ? t("Export verified: it looks exactly as here.")
        : t("It may look different from here ({share} % of a page). Please check it.", { share: (verified.worst_difference * 100).toFixed(1) }));
    }
    const list = field(row, "warnings");
    list.replaceChildren(...warnings.map((warning) => {
      const item = document.createElement("li");
      item.textContent = describeWarning(warning);
      return item;
    }));
    show(list, warnings.length > 0);
  }
}

const WARNINGS = {
  signature_invalid: "The digital signature in the file no longer holds.",
  signed: "The file carries a digital signature, which may no longer hold.",
  not_flattened: "Some annotations could not be made part of the pages.",
};

const describeWarning = (warning) => t(WARNINGS[warning] ?? warning);
