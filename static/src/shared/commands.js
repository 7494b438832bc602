/**
 * Undo and redo over immutable documents.
 *
 * A step remembers the document before and after. Steps with the same key in
 * quick succession (one drag, one word typed) become one.
 */

const COALESCE_MS = 900;

/** @template T */
export class History {
  #past = [];
  #future = [];
  #limit;
  #now;

  /** @param {{limit?: number, now?: () => number}} [options] */
  constructor({ limit = 500, now = () => Date.now() } = {}) {
    this.#limit = limit;
    this.#now = now;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  get undoLabel() {
    return this.#past.at(-1)?.label ?? "";
  }

  get redoLabel() {
    return this.#future.at(-1)?.label ?? "";
  }

  /** @param {{label: string, before: T, after: T, key?: string | null}} step */
  push({ label, before, after, key = null }) {
    if (Object.is(before, after)) return;
    const at = this.#now();
    const last = this.#past.at(-1);
    this.#future = [];
    if (key !== null && last?.key === key && at - last.at < COALESCE_MS) {
      last.after = after;
      last.at = at;
      return;
    }
    this.#past.push({ label, before, after, key, at });
    if (this.#past.length > this.#limit) this.#past.shift();
  }

  /** Ends the current run, so that the next step with this key is its own. */
  seal() {
    const last = this.#past.at(-1);
    if (last) last.key = null;
  }

  /** @returns {T | null} the document to show, null when there is none */
  undo() {
    const step = this.#past.pop();
    if (!step) return null;
    step.key = null;
    this.#future.push(step);
    return step.before;
  }

  /** @returns {T | null} */
  redo() {
    const step = this.#future.pop();
    if (!step) return null;
    this.#past.push(step);
    return step.after;
  }

  clear() {
    this.#past = [];
    this.#future = [];
  }
}
