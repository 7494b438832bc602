/** Renders of the project: starting, following, playing, fetching. */
import { EVENTS } from "../../shared/constants.js";
import { field, fromTemplate, setMeter, setText, show } from "../../shared/dom.js";
import { follower } from "../../shared/follow.js";
import { catchUp } from "../../shared/heard.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { isActive, percentOf } from "../../shared/jobs.js";
import { formatAge, formatDuration, formatSize, formatTimeLeft } from "../../shared/time.js";
import { toast, toastError } from "../../shared/toasts.js";
import { newId } from "../../shared/ids.js";
import { costOf } from "./render_cost.js";

const STATES = {
  queued: "Waiting",
  running: "Rendering",
  succeeded: "Finished",
  failed: "Failed",
  cancelled: "Cancelled",
};

const PRESETS = {
  project: "As the project",
  match_source: "Match source",
  "1080p": "1080p",
  "720p": "720p",
  vertical: "Vertical",
  gif: "GIF",
  audio: "Sound only",
};

export class RendersPanel {
  #renders = new Map();
  #rows = new Map();
  #pendingKey = null;

  /**
   * @param {{root: HTMLElement, projectId: string, renders: object[],
   *   save: () => Promise<boolean>, play: (render: object) => void,
   *   choices: () => object, onChange: (active: object | null) => void}} parts
   */
  constructor({ root, projectId, renders, save, play, choices, onChange }) {
    Object.assign(this, { root, projectId, save, play, choices, onChange });
    this.list = root.querySelector("[data-render-list]");
    this.template = root.querySelector("[data-render-template]");
    this.empty = root.querySelector("[data-panel-empty]");
    this.follow = follower({
      ask: (id) => api(`renders/${id}/`),
      got: (render) => this.put(render),
    });
    for (const render of renders) this.put(render);
    this.paint();
    document.addEventListener(EVENTS.JOB, ({ detail: job }) => this.#takeJob(job));
    document.addEventListener(EVENTS.RESYNC, () => this.#refresh());
    if (this.active) catchUp(() => this.#refresh());
    this.list.addEventListener("click", (event) => this.#press(event));
  }

  get active() {
    return [...this.#renders.values()].find(isActive) ?? null;
  }

  /** Saves, then asks for a render; asking twice for one press makes one. */
  async start() {
    if (!(await this.save())) {
      toast(t("The project is not saved yet, so it cannot be rendered. Try again in a moment."), {
        tone: "error",
      });
      return;
    }
    this.#pendingKey ??= newId();
    try {
      const render = await api(`video-projects/${this.projectId}/renders/`, {
        method: "POST",
        body: this.choices(),
        headers: { "Idempotency-Key": this.#pendingKey },
      });
      this.#pendingKey = null;
      this.put(render);
    } catch (error) {
      // The key is kept only where the answer may have been lost on the way.
      if (error.status !== undefined) this.#pendingKey = null;
      toastError(error);
    }
  }

  put(render) {
    const before = this.#renders.get(render.id);
    this.#renders.set(render.id, { ...before, ...render });
    if (before && isActive(before) && render.state === "succeeded") {
      toast(t("Your video is ready."), {
        tone: "success",
        action: { label: t("Play"), run: () => this.play(this.#renders.get(render.id)) },
      });
    }
    this.paint();
  }

  #takeJob(job) {
    const known = this.#renders.get(job.id);
    if (job.kind !== "render" || !known) return;
    const ended = isActive(known) && !isActive(job);
    // An ended render is only shown as such with its file, which must be asked for.
    if (!ended) this.put({ id: job.id, state: job.state, percent: job.percent });
    this.follow(job.id);
  }

  async #refresh() {
    try {
      const answer = await api(`video-projects/${this.projectId}/renders/`);
      for (const render of answer.results ?? answer) this.put(render);
    } catch {
      // The next resync asks again.
    }
  }

  paint() {
    const renders = [...this.#renders.values()].sort((a, b) =>
      String(b.created_at).localeCompare(String(a.created_at)),
    );
    show(this.empty, renders.length === 0);
    const rows = renders.map((render) => {
      let row = this.#rows.get(render.id);
      if (!row) {
        row = fromTemplate(this.template);
        row.dataset.render = render.id;
        this.#rows.set(render.id, row);
      }
      this.#fill(row, render);
      return row;
    });
    if (rows.some((row, index) => this.list.children[index] !== row)) {
      this.list.replaceChildren(...rows);
    }
    this.onChange?.(this.active);
  }

  #fill(row, render) {
    const active = isActive(render);
    const percent = percentOf(render);
    field(row, "state").dataset.state = render.state;
    const label = t(STATES[render.state] ?? render.state);
    setText(row, "state", render.state === "running" && percent !== null ? `${label} ${percent} %` : label);
    setText(row, "age", formatAge(render.created_at));
    const facts = active
      ? [formatTimeLeft(render.eta_s)]
      : [PRESETS[render.preset] && t(PRESETS[render.preset]), formatDuration(render.duration_ms),
          formatSize(render.size_bytes)];
    setText(row, "facts", facts.filter(Boolean).join(" · "));
    show(field(row, "facts"), facts.some(Boolean));
    const cost = active ? "" : costOf(render);
    setText(row, "cost", cost);
    show(field(row, "cost"), cost !== "");
    show(field(row, "meter"), active);
    setMeter(field(row, "meter"), percent);
    show(field(row, "reason"), Boolean(render.error));
    setText(row, "reason", render.error?.message ?? "");
    const done = render.state === "succeeded";
    const button = (name) => row.querySelector(`[data-render-do='${name}']`);
    show(button("play"), done && Boolean(render.playback_url));
    show(button("watch"), active && Boolean(render.watch_url));
    show(button("cancel"), active);
    show(button("again"), render.state === "failed" || render.state === "cancelled");
    const download = field(row, "download");
    show(download, done);
    download.href = `/api/v1/renders/${render.id}/file/`;
  }

  async #press(event) {
    const button = event.target.closest("[data-render-do]");
    if (!button) return;
    const { render: id } = button.closest("[data-render]").dataset;
    button.disabled = true;
    try {
      if (["play", "watch"].includes(button.dataset.renderDo)) this.play(await this.#fresh(id));
      if (button.dataset.renderDo === "again") await this.start();
      if (button.dataset.renderDo === "cancel") {
        const answer = await api(`renders/${id}/cancel/`, { method: "POST" });
        this.put(answer?.state ? { ...answer, id } : await api(`renders/${id}/`));
      }
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  /** Links expire; the one in the list may be an hour old. */
  async #fresh(id) {
    const render = await api(`renders/${id}/`);
    this.put(render);
    return render;
  }
}
