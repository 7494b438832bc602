/**
 * Undo and redo without end, as patches that survive a reload.
 *
 * A step is {label, patch, key, at}. `keep` is told of every change of the list,
 * so that it can be stored; `restore` takes such a list back.
 */
import { apply, diff } from "./patches.js";

const COALESCE_MS = 900;

export class EditHistory {
  #steps = [];
  #at = 0;
  #now;
  #keep;
  #sealed = true;

  /** @param {{now?: () => number, keep?: (change: object) => void}} [options] */
  constructor({ now = () => Date.now(), keep = () => {} } = {}) {
    this.#now = now;
    this.#keep = keep;
  }

  get undoLabel() {
    return this.#steps[this.#at - 1]?.label ?? "";
  }

  get redoLabel() {
    return this.#steps[this.#at]?.label ?? "";
  }

  get position() {
    return this.#at;
  }

  get length() {
    return this.#steps.length;
  }

  /** Labels of the newest steps, for a list; the current place is marked. */
  recent(count = 60) {
    const first = Math.max(0, this.#at - count);
    return this.#steps.slice(first, this.#at + count).map(({ label }, index) => ({
      label,
      position: first + index + 1,
      done: first + index < this.#at,
    }));
  }

  push({ label, before, after, key = null }) {
    const patch = diff(before, after);
    if (patch.length === 0) return false;
    const at = this.#now();
    const last = this.#steps[this.#at - 1];
    const isRun = !this.#sealed && key !== null && last?.key === key && at - last.at < COALESCE_MS;
    if (isRun && this.#at === this.#steps.length) {
      last.patch = diff(apply(before, last.patch, "before"), after);
      last.at = at;
    } else {
      this.#steps.length = this.#at;
      this.#steps.push({ label, patch, key, at });
      this.#at += 1;
    }
    this.#sealed = false;
    this.#keep({ position: this.#at, step: this.#steps[this.#at - 1] });
    return true;
  }

  /** Ends the current run, so that the next step with this key is its own. */
  seal() {
    this.#sealed = true;
  }

  undo(document) {
    const step = this.#steps[this.#at - 1];
    if (!step) return null;
    this.#at -= 1;
    this.#sealed = true;
    this.#keep({ position: this.#at });
    return apply(document, step.patch, "before");
  }

  redo(document) {
    const step = this.#steps[this.#at];
    if (!step) return null;
    this.#at += 1;
    this.#sealed = true;
    this.#keep({ position: this.#at });
    return apply(document, step.patch, "after");
  }

  restore(steps, position) {
    this.#steps = steps;
    this.#at = Math.max(0, Math.min(position, steps.length));
    this.#sealed = true;
  }
}
