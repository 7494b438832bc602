/**
 * Undo and redo without end. A step is what changed: the annotation before and
 * after, null where there was none. Steps can be kept outside and brought back.
 *
 * @typedef {{id: string, before: object | null, after: object | null}} Change
 * @typedef {{label: string, changes: Change[]}} Step
 */

const COALESCE_MS = 900;

export class History {
  #steps = [];
  #cursor = 0;
  #keeper;
  #now;
  #key = null;
  #keyAt = 0;

  /**
   * @param {{keeper?: {write: (index: number, step: Step) => void, cut: (from: number) => void,
   *   cursor: (at: number) => void, clear: () => void}, now?: () => number}} [options] `keeper` stores steps
   */
  constructor({ keeper = null, now = () => Date.now() } = {}) {
    this.#keeper = keeper;
    this.#now = now;
  }

  get canUndo() {
    return this.#cursor > 0;
  }

  get canRedo() {
    return this.#cursor < this.#steps.length;
  }

  get undoLabel() {
    return this.#steps[this.#cursor - 1]?.label ?? "";
  }

  get redoLabel() {
    return this.#steps[this.#cursor]?.label ?? "";
  }

  /** Takes up steps of an earlier visit. */
  restore(steps, cursor) {
    this.#steps = [...steps];
    this.#cursor = Math.max(0, Math.min(cursor, steps.length));
  }

  /** Steps are remembered by this page alone from now on. */
  keepNothing() {
    this.#keeper = null;
  }

  /** Forgets every step, also those that are kept outside. */
  forget() {
    this.#keeper?.clear();
    this.restore([], 0);
  }

  /** @param {Step} step @param {string | null} [key] runs with one key become one step */
  push(step, key = null) {
    const changes = step.changes.filter(({ before, after }) => !Object.is(before, after));
    if (changes.length === 0) return;
    if (this.#cursor < this.#steps.length) {
      this.#steps.length = this.#cursor;
      this.#keeper?.cut(this.#cursor);
      this.#key = null;
    }
    const at = this.#now();
    const last = this.#steps.at(-1);
    const isRun = key !== null && key === this.#key && at - this.#keyAt < COALESCE_MS && last;
    this.#key = key;
    this.#keyAt = at;
    if (isRun) {
      this.#write(this.#cursor - 1, { label: last.label, changes: joined(last.changes, changes) });
      return;
    }
    this.#write(this.#cursor, { label: step.label, changes });
    this.#cursor += 1;
    this.#keeper?.cursor(this.#cursor);
  }

  #write(index, step) {
    this.#steps[index] = step;
    this.#keeper?.write(index, step);
  }

  /** Ends a run. */
  seal() {
    this.#key = null;
  }

  /** @returns {Change[] | null} what to bring about: `after` is the wanted state */
  undo() {
    if (!this.canUndo) return null;
    this.#cursor -= 1;
    this.#key = null;
    this.#keeper?.cursor(this.#cursor);
    return this.#steps[this.#cursor].changes
      .map(({ id, before, after }) => ({ id, before: after, after: before }))
      .reverse();
  }

  /** @returns {Change[] | null} */
  redo() {
    if (!this.canRedo) return null;
    const { changes } = this.#steps[this.#cursor];
    this.#cursor += 1;
    this.#key = null;
    this.#keeper?.cursor(this.#cursor);
    return changes;
  }
}

/** Two runs of changes as one: the first before, the last after. */
function joined(first, second) {
  const changes = new Map(first.map((change) => [change.id, change]));
  for (const change of second) {
    const known = changes.get(change.id);
    changes.set(change.id, known ? { ...known, after: change.after } : change);
  }
  return [...changes.values()];
}
