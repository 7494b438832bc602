/** The parts of one language: a strip over time, and a row for each. */
import { field, fromTemplate, setIcon, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatDuration } from "../shared/time.js";
import { isSoundGone } from "./job_state.js";
import { chunkStateName, flagName, formatMoney, spanOf } from "./wording.js";

const AWAY = ["pending", "uploading", "processing", "retrying"];

const needsCare = (chunk) => chunk.state === "failed" || chunk.flags.length > 0;

function wordsOf(chunk) {
  const said = chunk.transcript.map((cue) => cue.target).filter(Boolean).join(" ");
  return said || chunk.transcript.map((cue) => cue.source).filter(Boolean).join(" ");
}

function factsOf(chunk) {
  const tries = chunk.engine_calls;
  return [
    spanOf(chunk),
    tries > 1 ? t("{count} tries", { count: tries }) : "",
    chunk.cost_usd > 0 ? formatMoney(chunk.cost_usd) : "",
    chunk.is_edited ? t("your words") : "",
    ...chunk.flags.map(flagName),
  ]
    .filter(Boolean)
    .join(" · ");
}

export class ChunkList {
  #root;
  #template;
  #rows = new Map();
  #marks = new Map();
  #chunks = [];
  #playing = null;
  #onAct;

  /**
   * @param {HTMLElement} root
   * @param {{template: HTMLTemplateElement,
   *   onAct: (what: "edit" | "redo", chunk: object, row: HTMLElement) => void}} parts
   */
  constructor(root, { template, onAct }) {
    this.#root = root;
    this.#template = template;
    this.#onAct = onAct;
    root.addEventListener("click", (event) => this.#press(event));
    const audio = field(root, "audio");
    for (const name of ["play", "pause", "ended"]) {
      audio.addEventListener(name, () => this.#paintPlaying());
    }
    audio.addEventListener("error", () => this.#paintPlaying());
    this.#onlyFailed.addEventListener("change", () => this.#paintShown());
  }

  get #onlyFailed() {
    return field(this.#root, "only-failed").querySelector("input");
  }

  /** @param {object[]} chunks of one language, in order @param {{canEdit: boolean, canRedo: boolean}} allowed */
  paint(chunks, allowed) {
    this.#chunks = chunks;
    show(this.#root, chunks.length > 0);
    const ids = new Set(chunks.map(({ id }) => id));
    for (const held of [this.#rows, this.#marks]) {
      for (const [id, element] of held) {
        if (ids.has(id)) continue;
        element.remove();
        held.delete(id);
      }
    }
    chunks.forEach((chunk, at) => this.#put(chunk, at, allowed));
    this.#paintSummary();
    this.#paintShown();
  }

  #put(chunk, at, { canEdit, canRedo }) {
    const rows = field(this.#root, "rows");
    let row = this.#rows.get(chunk.id);
    if (!row) {
      row = fromTemplate(this.#template);
      row.dataset.id = chunk.id;
      this.#rows.set(chunk.id, row);
      rows.insertBefore(row, rows.children[at] ?? null);
    }
    row.dataset.state = chunk.state;
    setText(row, "number", String(at + 1));
    setText(row, "words", wordsOf(chunk));
    show(field(row, "words"), wordsOf(chunk) !== "");
    setText(row, "facts", factsOf(chunk));
    setText(row, "reason", chunk.error?.message ?? "");
    show(field(row, "reason"), Boolean(chunk.error) && chunk.state !== "complete");
    setText(row, "state", chunkStateName(chunk.state));
    field(row, "state").dataset.state = chunk.state;
    const button = (name) => row.querySelector(`[data-chunk="${name}"]`);
    show(button("original"), Boolean(chunk.original_url));
    show(button("dub"), Boolean(chunk.dub_url) && chunk.state !== "failed");
    show(button("edit"), canEdit && chunk.transcript.length > 0);
    show(button("redo"), canRedo && !["uploading", "processing"].includes(chunk.state));
    this.#mark(chunk, at);
  }

  #mark(chunk, at) {
    const strip = field(this.#root, "strip");
    let mark = this.#marks.get(chunk.id);
    if (!mark) {
      mark = document.createElement("button");
      mark.type = "button";
      mark.className = "dub-strip-part";
      mark.dataset.goTo = chunk.id;
      this.#marks.set(chunk.id, mark);
      strip.insertBefore(mark, strip.children[at] ?? null);
    }
    mark.style.flexGrow = String(chunk.end_ms - chunk.start_ms);
    mark.dataset.state = chunk.state;
    mark.classList.toggle("is-flagged", chunk.flags.length > 0);
    const label = `${at + 1} · ${spanOf(chunk)} · ${chunkStateName(chunk.state)}`;
    if (mark.getAttribute("aria-label") !== label) mark.setAttribute("aria-label", label);
    mark.title = label;
  }

  #paintSummary() {
    const count = (test) => this.#chunks.filter(test).length;
    const total = this.#chunks.at(-1)?.end_ms ?? 0;
    const failed = count(({ state }) => state === "failed");
    const away = count(({ state }) => AWAY.includes(state));
    const cost = this.#chunks.reduce((sum, chunk) => sum + chunk.cost_usd, 0);
    const parts = [
      t("{count} parts over {length}", { count: this.#chunks.length, length: formatDuration(total) }),
      away > 0 ? t("{count} to do", { count: away }) : "",
      failed > 0 ? t("{count} failed", { count: failed }) : "",
      cost > 0 ? formatMoney(cost) : "",
      isSoundGone(this.#chunks) ? t("their sound was removed when the job was done") : "",
    ];
    setText(this.#root, "summary", parts.filter(Boolean).join(" · "));
  }

  #paintShown() {
    const some = this.#chunks.some(needsCare);
    show(field(this.#root, "only-failed"), some && this.#chunks.length > 3);
    const only = some && this.#onlyFailed.checked;
    for (const chunk of this.#chunks) show(this.#rows.get(chunk.id), !only || needsCare(chunk));
  }

  #press(event) {
    const mark = event.target.closest("[data-go-to]");
    if (mark) {
      const row = this.#rows.get(mark.dataset.goTo);
      row.scrollIntoView({ block: "center", behavior: "smooth" });
      row.querySelector("button:not([hidden])")?.focus({ preventScroll: true });
      return;
    }
    const button = event.target.closest("[data-chunk]");
    const row = button?.closest("[data-id]");
    const chunk = row && this.#chunks.find(({ id }) => id === row.dataset.id);
    if (!chunk) return;
    const what = button.dataset.chunk;
    if (what === "original" || what === "dub") this.#play(chunk, what);
    else this.#onAct(what, chunk, row);
  }

  #play(chunk, what) {
    const audio = field(this.#root, "audio");
    const key = `${chunk.id} ${what}`;
    if (this.#playing === key && !audio.paused) {
      audio.pause();
      return;
    }
    this.#playing = key;
    audio.src = what === "dub" ? chunk.dub_url : chunk.original_url;
    // A refused play() is seen by the error event.
    audio.play().catch(() => this.#paintPlaying());
  }

  #paintPlaying() {
    const audio = field(this.#root, "audio");
    const now = audio.paused || audio.ended ? null : this.#playing;
    for (const [id, row] of this.#rows) {
      for (const button of row.querySelectorAll("[data-chunk='original'], [data-chunk='dub']")) {
        const on = now === `${id} ${button.dataset.chunk}`;
        button.setAttribute("aria-pressed", String(on));
        setIcon(button, on ? "pause" : "play");
      }
      row.classList.toggle("is-playing", now?.startsWith(id) ?? false);
    }
  }
}
