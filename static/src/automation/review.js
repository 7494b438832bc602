/** The cuts of a job that waits for its owner: asked for, kept, accepted. */
import { show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { toastError } from "../shared/toasts.js";
import { CutEditor } from "./cut_editor.js";

const KEEP_AFTER_MS = 400;
const proposalKey = (id) => `streamfetch.dub.${id}.proposal`;

export class Review {
  #root;
  #took;
  #editor = null;
  #job = null;
  #unkept = null;
  #keeping = null;

  /** @param {HTMLElement} root @param {{took: (job: object) => void}} options */
  constructor(root, { took }) {
    this.#root = root;
    this.#took = took;
  }

  destroy() {
    clearTimeout(this.#keeping);
    this.#editor?.destroy();
  }

  paint(job) {
    const isNew = job.awaits_review && !this.#job?.awaits_review;
    this.#job = job;
    show(this.#root, job.awaits_review);
    if (isNew) this.#load();
  }

  get #path() {
    return `automation/jobs/${this.#job.id}`;
  }

  async #load() {
    this.#editor ??= new CutEditor(this.#root, {
      askPeaks: (view, points) => this.#peaks(view, points),
      keep: (samples) => this.#keepSoon(samples),
      accept: () => this.#accept(),
    });
    try {
      const preview = await api(`${this.#path}/preview/?points=1`);
      this.#editor.load(preview, this.#proposal(preview.boundaries));
      this.#editor.hearFrom(await this.#sound());
    } catch (error) {
      toastError(error);
    }
  }

  /** What was proposed before anything was moved: the server keeps only the cuts. */
  #proposal(boundaries) {
    try {
      const kept = JSON.parse(localStorage.getItem(proposalKey(this.#job.id)) ?? "null");
      if (Array.isArray(kept)) return kept;
      localStorage.setItem(proposalKey(this.#job.id), JSON.stringify(boundaries));
    } catch {
      // Without storage the way back leads to what this page has found.
    }
    return boundaries.map(({ sample, confidence }) => ({ sample, confidence }));
  }

  async #sound() {
    if (!this.#job.asset) return null;
    const { progressive } = await api(`assets/${this.#job.asset}/playback/`);
    return progressive;
  }

  async #peaks({ start, end }, points) {
    const query = new URLSearchParams({
      start_ms: String(Math.floor(start)),
      end_ms: String(Math.ceil(end)),
      points: String(points),
    });
    try {
      return (await api(`${this.#path}/preview/?${query}`)).peaks;
    } catch (error) {
      toastError(error);
      return null;
    }
  }

  #keepSoon(samples) {
    this.#unkept = samples;
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep().catch(toastError), KEEP_AFTER_MS);
  }

  async #keep() {
    const boundaries = this.#unkept;
    if (!boundaries) return;
    this.#unkept = null;
    await api(`${this.#path}/boundaries/`, { method: "PUT", body: { boundaries } });
  }

  async #accept() {
    clearTimeout(this.#keeping);
    try {
      await this.#keep();
      const job = await api(`${this.#path}/resume/`, { method: "POST" });
      localStorage.removeItem(proposalKey(job.id));
      this.#took(job);
    } catch (error) {
      toastError(error);
    }
  }
}
