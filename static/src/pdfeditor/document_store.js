/**
 * What the editor knows: the project with its pages, the annotations with their
 * history, the selection, the tool. Annotations are indexed by page; those who
 * draw a page hear only of that page.
 */
import { createStore } from "../shared/store.js";
import { inOrder } from "./hit_testing.js";
import { sameContent } from "./kinds.js";
import { travel } from "./undoing.js";

const NONE = new Set();

export class DocumentStore {
  #byId = new Map();
  #byPage = new Map();
  #watchers = new Set();
  #history;

  /** @param {{project: object, history: import("./history.js").History}} options */
  constructor({ project, history }) {
    this.#history = history;
    this.state = createStore({
      project,
      selection: NONE,
      tool: "select",
      keepTool: false,
      pageIndex: 0,
      zoom: 1,
      undoLabel: "",
      redoLabel: "",
    });
    /** Called with an id and what it should be (null: deleted) after each edit. */
    this.onEdit = () => {};
    /** Called when undo or redo left something as others made it. */
    this.onKept = () => {};
  }

  get project() {
    return this.state.get().project;
  }

  get pages() {
    return this.project.pages;
  }

  get selection() {
    return this.state.get().selection;
  }

  get tool() {
    return this.state.get().tool;
  }

  watch(select, callback) {
    return this.state.watch(select, callback);
  }

  /** @param {(pageIds: Set<string>) => void} callback hears of changed annotations */
  watchAnnotations(callback) {
    this.#watchers.add(callback);
    return () => this.#watchers.delete(callback);
  }

  page(id) {
    return this.pages.find((page) => page.id === id) ?? null;
  }

  get(id) {
    return this.#byId.get(id) ?? null;
  }

  get all() {
    return [...this.#byId.values()];
  }

  /** @returns {object[]} of a page, back to front */
  onPage(pageId) {
    return inOrder(this.#byPage.get(pageId)?.values() ?? []);
  }

  get selected() {
    return inOrder([...this.selection].map((id) => this.get(id)).filter(Boolean));
  }

  // --- Annotations ------------------------------------------------------------

  #put(id, annotation, touched) {
    const before = this.#byId.get(id);
    if (before) {
      touched.add(before.page);
      this.#byPage.get(before.page)?.delete(id);
    }
    if (!annotation) {
      this.#byId.delete(id);
      return;
    }
    this.#byId.set(id, annotation);
    if (!this.#byPage.has(annotation.page)) this.#byPage.set(annotation.page, new Map());
    this.#byPage.get(annotation.page).set(id, annotation);
    touched.add(annotation.page);
  }

  #tell(touched) {
    if (touched.size === 0) return;
    const gone = [...this.selection].some((id) => !this.#byId.has(id));
    if (gone) this.select([...this.selection].filter((id) => this.#byId.has(id)));
    for (const watcher of this.#watchers) watcher(touched);
  }

  /** Takes what the server says, without a step of the history. */
  load(annotations) {
    const touched = new Set();
    for (const annotation of annotations) this.#put(annotation.id, annotation, touched);
    this.#tell(touched);
  }

  unload(ids) {
    const touched = new Set();
    for (const id of ids) this.#put(id, null, touched);
    this.#tell(touched);
  }

  /**
   * One step of the history.
   * @param {string} label
   * @param {(object | {id: string, remove: true})[]} wanted annotations as they shall be
   * @param {{key?: string}} [options] steps with one key in a row become one
   */
  edit(label, wanted, { key = null } = {}) {
    const changes = wanted
      .map((annotation) => ({
        id: annotation.id,
        before: this.get(annotation.id),
        after: annotation.remove ? null : annotation,
      }))
      .filter(({ before, after }) => (before || after) && !sameContent(before, after));
    if (changes.length === 0) return;
    this.#history.push({ label, changes }, key);
    this.#bringAbout(changes);
  }

  remove(label, annotations) {
    this.edit(label, annotations.map(({ id }) => ({ id, remove: true })));
  }

  #bringAbout(changes) {
    const touched = new Set();
    for (const { id, after } of changes) {
      this.#put(id, after, touched);
      this.onEdit(id, after);
    }
    this.#paintHistory();
    this.#tell(touched);
  }

  /** @returns {string | null} the page where something changed */
  undo() {
    return this.#travel(this.#history.undo());
  }

  redo() {
    return this.#travel(this.#history.redo());
  }

  #travel(changes) {
    if (!changes) return null;
    const wanted = changes.map((change) => ({ ...change, ...travel(change, this.get(change.id)) }));
    // A page may be gone by now; its annotations went with it.
    const possible = wanted
      .map(({ id, before, wanted: after }) => ({ id, before, after }))
      .filter(({ id, after }) => !Object.is(after, this.get(id)) && (!after || this.page(after.page)));
    this.#bringAbout(possible);
    if (wanted.some(({ isKept }) => isKept)) this.onKept();
    const left = possible.filter(({ after }) => after);
    this.select(left.map(({ id }) => id));
    return (left[0]?.after ?? possible[0]?.before)?.page ?? null;
  }

  /** Puts a version that lost where one undo brings it back. */
  remember(label, id, lost) {
    this.#history.push({ label, changes: [{ id, before: lost, after: this.get(id) }] });
    this.#paintHistory();
  }

  seal() {
    this.#history.seal();
  }

  #paintHistory() {
    this.state.patch({
      undoLabel: this.#history.undoLabel,
      redoLabel: this.#history.redoLabel,
    });
  }

  historyRestored() {
    this.#paintHistory();
  }

  // --- What is only seen here -------------------------------------------------

  /** @param {Iterable<string>} ids */
  select(ids) {
    const next = new Set(ids);
    const { selection } = this;
    if (next.size === selection.size && [...next].every((id) => selection.has(id))) return;
    this.#history.seal();
    this.state.patch({ selection: next.size === 0 ? NONE : next });
  }

  toggle(id) {
    const next = new Set(this.selection);
    if (!next.delete(id)) next.add(id);
    this.select(next);
  }

  setTool(tool, { keep = false } = {}) {
    if (tool !== "select") this.select([]);
    this.state.patch({ tool, keepTool: keep });
  }

  /** After one use a tool gives way to selecting, unless it was locked. */
  toolUsed(ids = []) {
    if (this.state.get().keepTool) return;
    this.state.patch({ tool: "select" });
    this.select(ids);
  }
}
