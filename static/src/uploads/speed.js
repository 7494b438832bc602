/** How fast bytes go, smoothed over the last seconds. Pure but for its clock. */

const WINDOW_MS = 5_000;

export class SpeedMeter {
  #samples = [];
  #now;

  /** @param {() => number} [now] milliseconds */
  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** @param {number} bytes the running total, which may also fall (a part again) */
  sample(bytes) {
    const at = this.#now();
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - this.#samples[0].at > WINDOW_MS) {
      this.#samples.shift();
    }
  }

  /** Forget the past, as after a pause. */
  reset() {
    this.#samples = [];
  }

  /** @returns {number} bytes per second, 0 while unknown */
  get speed() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || last.at - first.at < 250) return 0;
    return Math.max(0, ((last.bytes - first.bytes) / (last.at - first.at)) * 1000);
  }

  /** @param {number} left bytes @returns {number | null} seconds */
  timeLeft(left) {
    const { speed } = this;
    return speed > 0 ? left / speed : null;
  }
}
