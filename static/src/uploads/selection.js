/** Which of a list of ids are selected, as file managers do it. Pure. */

export class Selection {
  #ids = new Set();
  #anchor = null;

  get size() {
    return this.#ids.size;
  }

  get ids() {
    return [...this.#ids];
  }

  has(id) {
    return this.#ids.has(id);
  }

  /** One in or out; a range begins here. */
  toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#anchor = id;
  }

  /** Everything between the last one touched and this one. @param {string[]} order */
  extend(id, order) {
    const [from, to] = [order.indexOf(this.#anchor), order.indexOf(id)];
    if (from === -1 || to === -1) {
      this.toggle(id);
      return;
    }
    for (const between of order.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      this.#ids.add(between);
    }
  }

  all(order) {
    this.#ids = new Set(order);
  }

  drop(id) {
    this.#ids.delete(id);
  }

  clear() {
    this.#ids.clear();
    this.#anchor = null;
  }
}
