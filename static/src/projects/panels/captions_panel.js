/** The list of captions: writing, timing, import and export. */
import { fromTemplate, show } from "../../shared/dom.js";
import { api } from "../../shared/http.js";
import { t } from "../../shared/i18n.js";
import { formatTimecode, parseTimecode } from "../../shared/time.js";
import { toast, toastError } from "../../shared/toasts.js";
import { captionsOf, changeCaptions, changeCue, removeCue } from "../model/words.js";
import { CaptionLook } from "./caption_look.js";

const MAX_BYTES = 4_000_000;

export class CaptionsPanel {
  #rows = new Map();

  /** @param {{root: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   projectId: string, autosave: object, seek: (time: number) => void, add: () => void,
   *   reload: () => Promise<void>}} parts */
  constructor(parts) {
    Object.assign(this, parts);
    const part = (name) => this.root.querySelector(`[data-captions="${name}"]`);
    Object.assign(this, {
      list: part("list"), template: part("template"), empty: part("empty"), burn: part("burn"),
    });
    this.look = new CaptionLook({ root: part("look"), store: this.store });
    part("add").addEventListener("click", () => this.add());
    part("import").addEventListener("change", (event) => void this.#import(event.target));
    for (const format of ["srt", "vtt"]) {
      part(format).addEventListener("click", () => void this.#export(format));
    }
    this.burn.addEventListener("change", () =>
      this.store.edit(t("Burn in the captions"), (tl) => changeCaptions(tl, { burn_in: this.burn.checked })),
    );
    this.list.addEventListener("change", (event) => this.#change(event.target));
    this.list.addEventListener("input", (event) => this.#words(event.target));
    this.list.addEventListener("click", (event) => this.#press(event.target));
    this.list.addEventListener("focusin", (event) => this.#enter(event.target));
    this.store.watchDocument(() => this.#soon());
    this.store.watch((state) => state.selected, () => this.#mark());
  }

  /** Long lists are painted when they are seen. */
  #soon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  /** The panel has come into sight. */
  refresh() {
    this.#soon();
  }

  paint() {
    const captions = captionsOf(this.store.timeline);
    this.burn.checked = captions.burn_in;
    this.look.paint();
    show(this.empty, captions.cues.length === 0);
    if (this.root.hidden) return;
    const seen = new Set(captions.cues.map(({ id }) => id));
    for (const id of this.#rows.keys()) if (!seen.has(id)) this.#rows.delete(id);
    const rows = captions.cues.map((cue) => this.#row(cue));
    if (rows.length !== this.list.children.length || rows.some((row, at) => this.list.children[at] !== row)) {
      this.list.replaceChildren(...rows);
    }
    this.#mark();
  }

  #row(cue) {
    let row = this.#rows.get(cue.id);
    if (!row) {
      row = fromTemplate(this.template);
      row.dataset.id = cue.id;
      this.#rows.set(cue.id, row);
    }
    const set = (name, text) => {
      const input = row.querySelector(`[data-cue="${name}"]`);
      if (document.activeElement !== input && input.value !== text) input.value = text;
    };
    set("start", formatTimecode(cue.start_time));
    set("end", formatTimecode(cue.end_time));
    set("text", cue.text);
    return row;
  }

  #mark() {
    for (const [id, row] of this.#rows) row.classList.toggle("is-selected", this.store.isSelected(id));
  }

  #idOf = (element) => element.closest("[data-id]")?.dataset.id;

  #enter(element) {
    const id = this.#idOf(element);
    const cue = captionsOf(this.store.timeline).cues.find((each) => each.id === id);
    if (!cue) return;
    this.store.select({ kind: "caption", id });
    const { time } = this.store;
    if (time < cue.start_time || time >= cue.end_time) this.seek(cue.start_time);
  }

  #words(input) {
    if (input.dataset.cue !== "text" || !input.value.trim()) return;
    const id = this.#idOf(input);
    const change = (tl) => changeCue(tl, id, { text: input.value });
    this.store.edit(t("Change the caption"), change, { key: `${id}.text` });
  }

  #change(input) {
    const { cue: name } = input.dataset;
    if (name !== "start" && name !== "end") return;
    const seconds = parseTimecode(input.value);
    const id = this.#idOf(input);
    input.blur();
    if (seconds !== null) {
      this.store.edit(t("Time the caption"), (tl) => changeCue(tl, id, { [`${name}_time`]: seconds }));
    }
    this.#soon();
  }

  #press(element) {
    if (!element.closest("[data-cue='remove']")) return;
    const id = this.#idOf(element);
    this.store.edit(t("Remove the caption"), (tl) => removeCue(tl, id));
  }

  async #import(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    if (file.size > MAX_BYTES) {
      toast(t("This file is too large for captions. Choose an SRT or WebVTT file."), { tone: "error" });
      return;
    }
    try {
      const text = await file.text();
      if (!(await this.autosave.flush())) throw new Error(t("Save the project first, then import again."));
      await api(`video-projects/${this.projectId}/captions/`, { method: "POST", body: { text } });
      await this.reload(t("Import captions"));
      const { length } = captionsOf(this.store.timeline).cues;
      toast(t("{count} captions imported.", { count: length }), { tone: "success" });
    } catch (error) {
      toastError(error);
    }
  }

  /** Saved first: the file is made by the server from what it has. */
  async #export(format) {
    if (!(await this.autosave.flush())) {
      toast(t("The captions are not saved yet. Try again in a moment."), { tone: "error" });
      return;
    }
    const link = document.createElement("a");
    link.href = `/api/v1/video-projects/${this.projectId}/captions/?format=${format}`;
    link.download = "";
    link.click();
  }
}
