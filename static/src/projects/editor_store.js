/**
 * The state of the editor: the document with its history, and what is only seen
 * here (selection, playhead, zoom).
 *
 * The document is {name, timeline, settings}. A drag shows a `draft` of it and
 * becomes one step of the history when it ends.
 */
import { History } from "../shared/commands.js";
import { createStore } from "../shared/store.js";

export class EditorStore {
  #history = new History();

  /** @param {{name: string, timeline: object, settings: object}} project */
  constructor({ name, timeline, settings }) {
    this.state = createStore({
      document: { name, timeline, settings },
      draft: null,
      selection: null,
      time: Math.min(timeline.playhead_time ?? 0, timeline.duration ?? 0),
      playing: false,
      zoom: null,
      undoLabel: "",
      redoLabel: "",
    });
  }

  /** What is on screen: the draft of a drag, else the document. */
  get document() {
    const { draft, document } = this.state.get();
    return draft ?? document;
  }

  get timeline() {
    return this.document.timeline;
  }

  get settings() {
    return this.document.settings;
  }

  get time() {
    return this.state.get().time;
  }

  get selection() {
    return this.state.get().selection;
  }

  get frame() {
    return 1 / (this.settings.frame_rate || 25);
  }

  watch(select, callback) {
    return this.state.watch(select, callback);
  }

  /** Calls back with what is on screen, whenever it changes. */
  watchDocument(callback) {
    return this.watch(({ draft, document }) => draft ?? document, callback);
  }

  /**
   * One step of the history.
   * @param {string} label
   * @param {(timeline: object) => object} change
   * @param {{key?: string}} [options] steps with one key in a row become one
   */
  edit(label, change, { key } = {}) {
    this.editDocument(
      label,
      (document) => {
        const timeline = change(document.timeline);
        return Object.is(timeline, document.timeline) ? document : { ...document, timeline };
      },
      { key },
    );
  }

  editDocument(label, change, { key } = {}) {
    const { document: before } = this.state.get();
    const after = change(before);
    if (Object.is(before, after)) return;
    this.#history.push({ label, before, after, key });
    this.#show(after);
  }

  /** Shows a change that is not decided yet. */
  preview(change) {
    const { document } = this.state.get();
    this.state.patch({ draft: { ...document, timeline: change(document.timeline) } });
  }

  cancelPreview() {
    this.state.patch({ draft: null });
  }

  undo() {
    const document = this.#history.undo();
    if (document) this.#show(document);
  }

  redo() {
    const document = this.#history.redo();
    if (document) this.#show(document);
  }

  /** Takes the server's document in place of ours; undo brings ours back. */
  adopt(label, document) {
    this.editDocument(label, () => document);
  }

  /** Puts a document that lost under ours, so that undo shows it. */
  remember(label, before) {
    const { document } = this.state.get();
    this.#history.push({ label, before, after: document });
    this.#show(document);
  }

  #show(document) {
    const { timeline } = document;
    const { selection, time } = this.state.get();
    const alive =
      selection &&
      (selection.kind === "clip" ? timeline.clips : timeline.text_overlays).some(
        (item) => item.id === selection.id,
      );
    this.state.patch({
      document,
      draft: null,
      selection: alive ? selection : null,
      time: Math.min(time, timeline.duration),
      undoLabel: this.#history.undoLabel,
      redoLabel: this.#history.redoLabel,
    });
  }

  /** @param {{kind: "clip" | "text", id: string} | null} selection */
  select(selection) {
    const before = this.selection;
    if (before?.id === selection?.id && before?.kind === selection?.kind) return;
    this.#history.seal();
    this.state.patch({ selection });
  }

  setTime(time) {
    this.state.patch({ time: Math.max(0, Math.min(time, this.timeline.duration)) });
  }
}
