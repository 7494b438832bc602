/** A finished language: the dub beside the original at the same moment, and proof. */
import { application } from "../shared/application.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatSize } from "../shared/time.js";
import { toastError } from "../shared/toasts.js";
import { checksOf } from "./report_words.js";

export class ResultView {
  #root;
  #report;
  #check;
  #job = null;
  #output = null;
  #hearing = "dub";
  #shown = "";
  #reports = new Map();

  /** @param {HTMLElement} root @param {{report: Element, check: HTMLTemplateElement}} parts */
  constructor(root, { report, check }) {
    this.#root = root;
    this.#report = report;
    this.#check = check;
    root.addEventListener("click", (event) => {
      const heard = event.target.closest("[data-hear]");
      if (heard) this.#hear(heard.dataset.hear);
      const button = event.target.closest("[data-do='project']");
      if (button) this.#intoProject(button);
    });
  }

  get #player() {
    const element = this.#root.querySelector("[data-controller='player']");
    return application.getControllerForElementAndIdentifier(element, "player");
  }

  /** @param {object} job @param {string} language which of its results */
  paint(job, language) {
    this.#job = job;
    const output = job.outputs.find((each) => each.language === language) ?? null;
    const has = Boolean(output?.file_url || output?.asset);
    show(this.#root, has);
    if (!has) {
      this.#shown = "";
      return;
    }
    this.#output = output;
    this.#paintTools(output);
    const key = `${output.language} ${output.asset ?? output.playback_url?.split("?")[0]} ${output.size_bytes}`;
    if (key === this.#shown) return;
    const isFirst = this.#shown === "";
    this.#shown = key;
    this.#hear("dub", { keepPlace: !isFirst });
    this.#paintReport();
  }

  #paintTools(output) {
    setText(this.#root, "dub-name", output.language_name);
    const file = field(this.#root, "file");
    file.href = output.file_url;
    show(file, Boolean(output.file_url));
    const format = this.#job.config.output_format === "webm" ? "WebM" : "MP4";
    const size = formatSize(output.size_bytes || null);
    setText(this.#root, "file-words", size ? t("{format}, {size}", { format, size }) : format);
    const library = field(this.#root, "library");
    show(library, Boolean(output.url));
    if (output.url) library.href = output.url;
    show(this.#root.querySelector("[data-do='project']"), Boolean(output.asset));
    setText(
      this.#root,
      "project-words",
      output.followup_url ? t("Open the project") : t("Edit in a project"),
    );
  }

  async #hear(what, { keepPlace = true } = {}) {
    this.#hearing = what;
    for (const button of this.#root.querySelectorAll("[data-hear]")) {
      button.setAttribute("aria-pressed", String(button.dataset.hear === what));
    }
    const output = this.#output;
    const asset = what === "dub" ? output.asset : this.#job.asset;
    const plain = what === "dub" ? (output.playback_url ?? output.file_url) : null;
    const ask = () => playbackOf(asset, plain);
    try {
      const playback = await ask();
      if (this.#hearing === what) this.#player?.load({ playback, keepPlace, renew: ask });
    } catch (error) {
      toastError(error);
    }
  }

  async #paintReport() {
    const shown = this.#shown;
    try {
      for (const each of await api(`automation/jobs/${this.#job.id}/report/`)) {
        this.#reports.set(each.language, each);
      }
    } catch (error) {
      toastError(error);
      return;
    }
    const found = this.#reports.get(this.#output.language);
    show(this.#report, Boolean(found));
    if (!found || shown !== this.#shown) return;
    const verdict = field(this.#report, "verdict");
    const isRight = found.report.passed && found.is_complete;
    verdict.dataset.state = isRight ? "succeeded" : "waiting";
    verdict.textContent = isRight ? t("All right") : t("Have a look");
    const rows = checksOf(found.report, this.#job.config.use_watermark).map((check) => {
      const row = fromTemplate(this.#check);
      row.dataset.ok = String(check.ok);
      for (const name of ["name", "value", "words"]) setText(row, name, check[name]);
      return row;
    });
    field(this.#report, "checks").replaceChildren(...rows);
  }

  async #intoProject(button) {
    const { followup_url: url, asset } = this.#output;
    if (url) {
      location.assign(url);
      return;
    }
    button.disabled = true;
    try {
      const body = { name: this.#job.name, asset };
      const project = await api("video-projects/", { method: "POST", body });
      location.assign(`/projects/${project.id}/`);
    } catch (error) {
      button.disabled = false;
      toastError(error);
    }
  }
}

/** Addresses to play; the plain file while a new asset is still being processed. */
async function playbackOf(asset, plain) {
  if (!asset) return { progressive: plain };
  const playback = await api(`assets/${asset}/playback/`);
  if (playback.hls || playback.progressive || !plain) return playback;
  return { ...playback, progressive: plain };
}
