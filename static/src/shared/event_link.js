/**
 * One connection to the server's events, with polling while it is away.
 *
 * Knows nothing of tabs: `events.js` decides which tab holds a link.
 */

const NAMES = ["job", "asset", "project", "pdf_project", "pdf_annotations"];
const POLL_AFTER_MS = 10_000;
const POLL_EVERY_MS = 3_000;
const REOPEN_AFTER_MS = 5_000;

/** Compared to find what changed between two polls. */
const fingerprint = (job) => `${job.state}|${job.stage}|${job.percent}`;

export class EventLink {
  #open;
  #poll;
  #deliver;
  #timers;
  #source = null;
  #silence = null;
  #reopening = null;
  #polling = null;
  #seen = new Map();
  #reopened = false;
  #closed = false;

  /**
   * @param {{
   *   open: () => EventSource,
   *   poll: () => Promise<object[]>,
   *   deliver: (name: string, data: any) => void,
   *   timers?: Pick<typeof globalThis, "setTimeout" | "clearTimeout">,
   * }} options
   */
  constructor({ open, poll, deliver, timers = globalThis }) {
    this.#open = open;
    this.#poll = poll;
    this.#deliver = deliver;
    this.#timers = timers;
    this.#connect();
    this.#expectLife();
  }

  close() {
    this.#closed = true;
    this.#source?.close();
    for (const timer of [this.#silence, this.#reopening, this.#polling]) this.#clear(timer);
  }

  #after(ms, action) {
    return this.#timers.setTimeout.call(globalThis, action, ms);
  }

  #clear(timer) {
    if (timer !== null) this.#timers.clearTimeout.call(globalThis, timer);
  }

  #connect() {
    const source = this.#open();
    this.#source = source;
    source.addEventListener("open", () => this.#live());
    source.addEventListener("error", () => this.#lost(source));
    // The server says so when it has forgotten events that we have not seen.
    source.addEventListener("reset", () => this.#deliver("resync", {}));
    for (const name of NAMES) {
      source.addEventListener(name, (event) => this.#deliver(name, JSON.parse(event.data)));
    }
  }

  #live() {
    this.#clear(this.#silence);
    this.#silence = null;
    const polled = this.#polling !== null;
    this.#clear(this.#polling);
    this.#polling = null;
    this.#deliver("connection", { mode: "live" });
    // The browser resumes by id itself, but only within one EventSource.
    if (polled || this.#reopened) this.#deliver("resync", {});
    this.#reopened = false;
  }

  #lost(source) {
    if (this.#closed) return;
    this.#expectLife();
    // 2 is CLOSED: the browser has given up and will not come back by itself.
    if (source.readyState !== 2 || this.#reopening !== null) return;
    source.close();
    this.#reopening = this.#after(REOPEN_AFTER_MS, () => {
      this.#reopening = null;
      this.#reopened = true;
      this.#connect();
    });
  }

  #expectLife() {
    if (this.#silence !== null || this.#polling !== null) return;
    this.#silence = this.#after(POLL_AFTER_MS, () => {
      this.#silence = null;
      this.#pollNow();
    });
  }

  async #pollNow() {
    // Set before waiting, so that a connection made meanwhile can clear it.
    const turn = this.#after(POLL_EVERY_MS, () => this.#pollNow());
    this.#polling = turn;
    try {
      const jobs = await this.#poll();
      if (this.#polling !== turn || this.#closed) return;
      this.#deliver("connection", { mode: "polling" });
      this.#compare(jobs);
    } catch {
      if (this.#polling === turn) this.#deliver("connection", { mode: "waiting" });
    }
  }

  #compare(jobs) {
    let finished = false;
    for (const job of jobs) {
      const print = fingerprint(job);
      const before = this.#seen.get(job.id);
      if (before === print) continue;
      this.#seen.set(job.id, print);
      this.#deliver("job", job);
      finished ||= before !== undefined && !before.startsWith(`${job.state}|`);
    }
    // Only jobs are polled; what they made must be asked for.
    if (finished) this.#deliver("resync", {});
  }
}
