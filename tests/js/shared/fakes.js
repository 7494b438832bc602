/** Time that passes when told to, for code that takes its timers. */
export class FakeTimers {
  now = 0;
  #next = 1;
  #waiting = new Map();

  setTimeout = (action, ms) => {
    const id = this.#next;
    this.#next += 1;
    this.#waiting.set(id, { at: this.now + ms, action });
    return id;
  };

  clearTimeout = (id) => {
    this.#waiting.delete(id);
  };

  get count() {
    return this.#waiting.size;
  }

  /** Lets time pass and everything due happen, in order, promises included. */
  async pass(ms) {
    const end = this.now + ms;
    for (;;) {
      await settle();
      const due = [...this.#waiting]
        .filter(([, { at }]) => at <= end)
        .sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, { at, action }] = due;
      this.#waiting.delete(id);
      this.now = at;
      action();
    }
    this.now = end;
  }
}

/** Lets every promise that can settle do so. */
export async function settle() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

/** An EventSource whose server is the test. */
export class FakeSource extends EventTarget {
  readyState = 0;

  close() {
    this.readyState = 2;
  }

  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  fail({ forGood = false } = {}) {
    this.readyState = forGood ? 2 : 0;
    this.dispatchEvent(new Event("error"));
  }

  send(name, data) {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}
