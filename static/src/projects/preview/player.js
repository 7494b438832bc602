/**
 * Plays the timeline: which elements show and sound, and what time it is.
 *
 * While it plays, the lowest picture that is ready is the clock, the others follow
 * it; in gaps, and backwards, the wall clock is.
 */
import { clipEnd, isAt, sourceTime } from "../model/parts.js";
import { Compositor } from "./compositor.js";
import { MediaPool } from "./media_pool.js";
import { Mixer } from "./mixer.js";
import { planesAt, soundsAt, sourceAt } from "./scene.js";

/** Elements this far from their time are put back, and nearer ones are nudged. */
const FAR_S = 0.18;
const NEAR_S = 0.03;
const AHEAD_S = 2;
const EDGE_S = 0.01;
const FASTEST = 8;

export class Player {
  #raf = 0;
  #lastTick = 0;
  #asked = 0;
  #lead = null;

  /**
   * @param {{frame: HTMLElement, screen: HTMLElement, store: object,
   *   sourceOf: (asset: string) => {kind: string, url: string | null},
   *   sourceDuration: (asset: string) => number, onProblem: (asset: string) => void,
   *   onShown: (beyond: object[]) => void}} options
   */
  constructor({ frame, screen, store, sourceOf, sourceDuration, onProblem, onShown }) {
    Object.assign(this, { store, sourceDuration, onShown });
    this.compositor = new Compositor({ frame, screen, store });
    this.pool = new MediaPool({ screen, sourceOf, onProblem, onReady: () => this.#soon() });
    this.mixer = new Mixer();
    store.watchDocument(() => this.#soon());
    store.watch((state) => state.time, () => !this.playing && this.#soon());
    new ResizeObserver(() => this.#soon()).observe(frame);
  }

  get playing() {
    return this.store.state.get().playing;
  }

  get rate() {
    return this.store.state.get().rate;
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play(rate = 1) {
    const { store } = this;
    const { duration } = store.timeline;
    if (duration === 0) return;
    if (rate > 0 && store.time >= duration - store.frame) store.setTime(0);
    this.mixer.start();
    store.state.patch({ playing: true, rate });
    this.#lastTick = performance.now();
    this.show();
    cancelAnimationFrame(this.#raf);
    this.#raf = requestAnimationFrame((now) => this.#tick(now));
  }

  pause() {
    cancelAnimationFrame(this.#raf);
    const was = this.playing;
    this.store.state.patch({ playing: false, rate: 1 });
    this.pool.each((held) => held.pause());
    if (was) this.#soon();
  }

  /** J and L: each press is twice as fast, the other way turns round. */
  shuttle(direction) {
    const now = this.playing ? this.rate : 0;
    const same = Math.sign(now) === direction;
    this.play(same ? direction * Math.min(FASTEST, Math.abs(now) * 2) : direction);
  }

  seek(time) {
    const { playing, rate } = this;
    if (playing) this.pause();
    this.store.setTime(time);
    if (playing) this.play(rate);
  }

  refresh(asset) {
    this.pool.refresh(asset);
    this.#soon();
  }

  #soon() {
    if (this.#asked) return;
    this.#asked = requestAnimationFrame(() => {
      this.#asked = 0;
      this.show();
    });
  }

  /** Shows and sounds the moment under the playhead. */
  show() {
    const { store, pool, playing } = this;
    const { timeline } = store;
    const time = store.shownTime;
    const planes = planesAt(timeline, time, store.frameRate);
    pool.begin();
    const beyond = [];
    const heldOf = new Map();
    this.#lead = null;
    planes.forEach((plane, order) => {
      const held = pool.get(plane.clip);
      if (!held) return;
      heldOf.set(plane.clip.id, held);
      beyond.push(...this.compositor.show(plane, held, order));
      const { frame } = store;
      const at = sourceAt(plane, { duration: this.sourceDuration(plane.clip.asset), frame });
      if (!held.isStill) this.#follow(held, plane.clip, at);
      if (!this.#lead && !held.isStill && isAt(plane.clip, time)) this.#lead = { held, part: plane.clip };
    });
    this.#sound(timeline, time, heldOf);
    if (playing) this.#prepare(timeline, time);
    pool.sweep();
    this.isComplete = [...heldOf.values()].every((held) => held.isReady);
    this.onShown(beyond);
  }

  #sound(timeline, time, heldOf) {
    const seen = new Map(heldOf);
    for (const { kind, part, gain } of soundsAt(timeline, time)) {
      const held = seen.get(part.id) ?? this.pool.get(part);
      if (!held || held.isStill) continue;
      if (kind === "audio") {
        held.wrap.hidden = true;
        this.#follow(held, part, sourceTime(part, time));
        this.#lead ??= { held, part };
      }
      seen.delete(part.id);
      const isForward = this.rate > 0 && this.rate <= 2;
      if (this.playing) this.mixer.setGain(held, isForward ? gain : 0);
    }
    // A picture that is only here for a transition is silent.
    for (const held of seen.values()) if (this.playing) this.mixer.setGain(held, 0);
  }

  #follow(held, part, at) {
    const { media } = held;
    if (!this.playing || this.rate < 0) {
      held.pause();
      held.moveTo(at);
      return;
    }
    const isLead = this.#lead?.held === held || this.#lead === null;
    const off = media.currentTime - at;
    const speed = Math.min(16, (part.speed ?? 1) * this.rate);
    const isOver = media.ended || at >= (media.duration || Infinity) - EDGE_S;
    if (Math.abs(off) > FAR_S * Math.max(1, speed)) held.moveTo(at);
    const nudged = !isLead && Math.abs(off) > NEAR_S ? speed * (off > 0 ? 0.95 : 1.05) : speed;
    const limited = Math.max(0.0625, Math.min(16, nudged));
    if (media.playbackRate !== limited) media.playbackRate = limited;
    if (media.paused && !isOver) media.play().catch(() => {});
  }

  /** Loads and puts in place what comes next, so that cuts do not stop. */
  #prepare(timeline, time) {
    const until = time + AHEAD_S * Math.max(1, this.rate);
    let room = 3;
    for (const part of [...timeline.clips, ...(timeline.audio_tracks ?? [])]) {
      if (room === 0) return;
      if (part.position <= time || part.position > until) continue;
      const held = this.pool.get(part);
      if (!held) continue;
      room -= 1;
      held.wrap.hidden = true;
      held.pause();
      held.moveTo(part.start_time);
    }
  }

  /** Seconds that have passed on the timeline since the last tick. */
  #passed(elapsed) {
    const lead = this.#lead;
    if (this.rate < 0 || !lead || !isAt(lead.part, this.store.time)) return elapsed * this.rate;
    const { held, part } = lead;
    const { media } = held;
    if (media.ended) return elapsed * this.rate;
    // Waiting for data: the clock waits too.
    if (!held.isReady || media.paused) return 0;
    const at = part.position + (media.currentTime - part.start_time) / (part.speed ?? 1);
    const ahead = at - this.store.time;
    return Math.abs(ahead) < 0.5 ? Math.max(0, ahead) : elapsed * this.rate;
  }

  #tick(now) {
    if (!this.playing) return;
    const { store } = this;
    const elapsed = Math.min(0.25, (now - this.#lastTick) / 1000);
    this.#lastTick = now;
    const lead = this.#lead;
    let next = store.time + this.#passed(elapsed);
    // The element may stop a hair before the cut.
    if (lead && this.rate > 0 && next >= clipEnd(lead.part) - EDGE_S && store.time < clipEnd(lead.part)) {
      next = Math.max(next, clipEnd(lead.part));
    }
    const { duration } = store.timeline;
    if (next >= duration - EDGE_S / 2 || (this.rate < 0 && next <= 0)) {
      store.setTime(next <= 0 ? 0 : duration);
      this.pause();
      return;
    }
    store.setTime(next);
    this.show();
    this.#raf = requestAnimationFrame((at) => this.#tick(at));
  }
}
