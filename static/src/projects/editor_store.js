/**
 * The state of the editor: the document with its history, and what is only seen
 * here (selection, playhead, zoom, tools).
 *
 * The document is {name, timeline, settings}. A drag shows a `draft` of it and
 * becomes one step of the history when it ends.
 */
import { createStore } from "../shared/store.js";
import { exactRate, frameOn, nearestFrame } from "./model/frames.js";
import { EditHistory } from "./model/history.js";
import { findPart, settled } from "./model/parts.js";
import { withGroups } from "./model/placing.js";

const NOTHING = Object.freeze([]);

export class EditorStore {
  #history;
  #positions = new WeakMap();

  /**
   * @param {{name: string, timeline: object, settings: object}} project
   * @param {{keep?: (change: object) => void}} [options]
   */
  constructor({ name, timeline, settings }, { keep } = {}) {
    this.#history = new EditHistory({ keep });
    const document = { name, timeline: settled(timeline), settings };
    this.state = createStore({
      document,
      draft: null,
      selected: NOTHING,
      time: Math.min(timeline.playhead_time ?? 0, timeline.duration ?? 0),
      playing: false,
      rate: 1,
      zoom: null,
      snapping: true,
      ripple: true,
      range: null,
      undoLabel: "",
      redoLabel: "",
    });
    this.#positions.set(document, 0);
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

  /** @returns {{kind: string, id: string}[]} */
  get selected() {
    return this.state.get().selected;
  }

  /** The one selected part of a kind, null when there is none or more than one. */
  only(kind) {
    const { selected } = this;
    if (selected.length !== 1 || selected[0].kind !== kind) return null;
    return findPart(this.timeline, selected[0]) ?? null;
  }

  /** The selected parts of a kind. */
  selectedOf(kind) {
    return this.selected.flatMap((item) => {
      const part = item.kind === kind ? findPart(this.timeline, item) : null;
      return part ? [part] : [];
    });
  }

  /** Frames a second, exactly. */
  get frameRate() {
    return exactRate(this.settings.frame_rate || 25);
  }

  get frame() {
    return 1 / this.frameRate;
  }

  /** The frame under the playhead; at the very end the last one stays on screen. */
  get shownFrame() {
    const { frameRate, time, timeline } = this;
    const last = Math.max(0, nearestFrame(timeline.duration, frameRate) - 1);
    return Math.min(last, frameOn(time, frameRate));
  }

  /** The moment that is on screen: the middle of its frame unless it plays. */
  get shownTime() {
    const { frame, time, timeline } = this;
    if (!this.state.get().playing) return (this.shownFrame + 0.5) * frame;
    return time > 0 && time >= timeline.duration ? time - frame / 2 : time;
  }

  get history() {
    return this.#history;
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
    if (this.#history.push({ label, before, after, key })) this.#show(after);
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
    this.#step(this.#history.undo(this.state.get().document));
  }

  redo() {
    this.#step(this.#history.redo(this.state.get().document));
  }

  #step(document) {
    if (document) this.#show({ ...document, timeline: settled(document.timeline) });
  }

  /** Takes the server's document in place of ours; undo brings ours back. */
  adopt(label, document) {
    this.editDocument(label, () => ({ ...document, timeline: settled(document.timeline) }));
  }

  /** Puts a document that lost under ours, so that undo shows it. */
  remember(label, before) {
    const { document } = this.state.get();
    if (this.#history.push({ label, before, after: document })) this.#show({ ...document });
  }

  /** Starts from a document and the steps that led to it, as they were kept. */
  resume({ document, steps, position }) {
    this.#history.restore(steps, position);
    this.#show(document ?? this.state.get().document);
  }

  /** The step after which a document was on screen. */
  positionOf(document) {
    return this.#positions.get(document) ?? null;
  }

  #show(document) {
    const { timeline } = document;
    const { selected, time } = this.state.get();
    const alive = selected.filter((item) => findPart(timeline, item));
    this.#positions.set(document, this.#history.position);
    this.state.patch({
      document,
      draft: null,
      selected: alive.length === selected.length ? selected : alive,
      time: Math.min(time, timeline.duration),
      undoLabel: this.#history.undoLabel,
      redoLabel: this.#history.redoLabel,
    });
  }

  /**
   * @param {{kind: string, id: string}[] | {kind: string, id: string} | null} items
   * @param {{alone?: boolean}} [options] alone: without those of the same group
   */
  select(items, { alone = false } = {}) {
    let next = items === null ? NOTHING : [items].flat();
    if (!alone && next.length > 0) next = withGroups(this.timeline, next);
    const before = this.selected;
    const same =
      before.length === next.length && before.every(({ id }, index) => id === next[index].id);
    if (same) return;
    this.#history.seal();
    this.state.patch({ selected: next });
  }

  /** Adds a part to the selection, or takes it out. */
  toggle(item) {
    const isIn = this.selected.some(({ id }) => id === item.id);
    const rest = this.selected.filter(({ id }) => id !== item.id);
    this.select(isIn ? rest : [...rest, item], { alone: isIn });
  }

  isSelected(id) {
    return this.selected.some((item) => item.id === id);
  }

  setTime(time) {
    this.state.patch({ time: Math.max(0, Math.min(time, this.timeline.duration)) });
  }

  /** The stretch to export: null for all of it. */
  setRange(range) {
    this.state.patch({ range });
  }
}
