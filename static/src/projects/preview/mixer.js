/**
 * Mixes what media elements play: each has a gain of its own, which can go beyond
 * one, and all have the volume of the preview. Media of another origin without
 * permission would fall silent in the mixer, so it is set at the element.
 */

const SMOOTH_S = 0.015;

export class Mixer {
  #context = null;
  #master = null;
  #volume = 1;

  /** Needs a press of a person first; before that nothing sounds. */
  start() {
    if (!globalThis.AudioContext) return;
    if (!this.#context) {
      this.#context = new AudioContext({ latencyHint: "interactive" });
      this.#master = this.#context.createGain();
      this.#master.gain.value = this.#volume;
      this.#master.connect(this.#context.destination);
    }
    if (this.#context.state === "suspended") void this.#context.resume();
  }

  /** @param {number} volume 0 to 1 */
  set volume(volume) {
    this.#volume = volume;
    if (this.#master) this.#master.gain.value = volume;
  }

  /** @param {import("./media_pool.js").Held} held @param {number} gain 0 to 4 */
  setGain(held, gain) {
    const { media } = held;
    if (held.isStill) return;
    if (!this.#context || !isOurs(media.currentSrc)) {
      media.volume = Math.min(1, gain * this.#volume);
      media.muted = gain === 0;
      return;
    }
    if (!held.gain) {
      held.node = this.#context.createMediaElementSource(media);
      held.gain = this.#context.createGain();
      held.gain.gain.value = gain;
      held.node.connect(held.gain).connect(this.#master);
      media.muted = false;
      media.volume = 1;
      return;
    }
    held.gain.gain.setTargetAtTime(gain, this.#context.currentTime, SMOOTH_S);
  }
}

function isOurs(url) {
  return url !== "" && new URL(url, location.href).origin === location.origin;
}
