/**
 * Plays the timeline from the preview renditions of its assets.
 *
 * One <video> for each asset; the one under the playhead is shown. While it
 * plays, the video is the clock; in gaps the wall clock is.
 */
import { clipAt, clipEnd, sourceTime } from "../edits.js";

const CLOSE_S = 0.02;

export class PreviewPlayer {
  #videos = new Map();
  #wanted = new WeakMap();
  #active = null;
  #raf = 0;
  #lastTick = 0;

  /**
   * @param {{screen: HTMLElement, store: import("../editor_store.js").EditorStore,
   *   playback: Record<string, {progressive: string | null}>,
   *   onProblem: (assetId: string) => void}} options
   */
  constructor({ screen, store, playback, onProblem }) {
    this.screen = screen;
    this.store = store;
    this.playback = playback;
    this.onProblem = onProblem;
    store.watchDocument(() => this.sync());
    store.watch((state) => state.time, () => !this.playing && this.sync());
  }

  get playing() {
    return this.store.state.get().playing;
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    const { duration } = this.store.timeline;
    if (duration === 0) return;
    if (this.store.time >= duration - this.store.frame) this.store.setTime(0);
    this.store.state.patch({ playing: true });
    this.#lastTick = performance.now();
    this.sync();
    cancelAnimationFrame(this.#raf);
    this.#raf = requestAnimationFrame((now) => this.#tick(now));
  }

  pause() {
    cancelAnimationFrame(this.#raf);
    this.#active?.pause();
    this.store.state.patch({ playing: false });
  }

  seek(time) {
    const wasPlaying = this.playing;
    if (wasPlaying) this.pause();
    this.store.setTime(time);
    if (wasPlaying) this.play();
  }

  /** Shows the frame under the playhead, and plays on when playing. */
  sync() {
    const { store } = this;
    const clip = this.#clipToShow();
    const video = clip ? this.#videoOf(clip.asset) : null;
    if (this.#active !== video) {
      this.#active?.pause();
      this.#active?.classList.remove("is-shown");
      video?.classList.add("is-shown");
      this.#active = video;
    }
    if (!video) return;
    video.muted = clip.muted;
    video.volume = Math.max(0, Math.min(1, clip.volume));
    video.playbackRate = clip.speed;
    const last = clip.end_time - store.frame * clip.speed;
    this.#moveTo(video, Math.max(clip.start_time, Math.min(sourceTime(clip, store.time), last)));
    if (this.playing && video.paused) video.play().catch(() => this.pause());
  }

  /** At the very end there is no clip: the last frame stays on screen. */
  #clipToShow() {
    const { timeline, time, frame } = this.store;
    return clipAt(timeline, time) ?? (time > 0 ? clipAt(timeline, time - frame / 2) : null);
  }

  #videoOf(asset) {
    const known = this.#videos.get(asset);
    if (known) return known;
    const address = this.playback[asset]?.progressive;
    if (!address) return null;
    const video = document.createElement("video");
    video.className = "stage-video";
    video.preload = "auto";
    video.playsInline = true;
    video.disablePictureInPicture = true;
    video.src = address;
    video.addEventListener("seeked", () => this.#caughtUp(video));
    video.addEventListener("loadedmetadata", () => this.#caughtUp(video));
    video.addEventListener("error", () => this.onProblem(asset));
    this.screen.prepend(video);
    this.#videos.set(asset, video);
    return video;
  }

  /** A new address for an asset whose link has expired or changed. */
  refresh(asset) {
    const video = this.#videos.get(asset);
    if (video) video.src = this.playback[asset]?.progressive ?? "";
    this.sync();
  }

  #moveTo(video, time) {
    if (Math.abs(video.currentTime - time) < CLOSE_S) {
      this.#wanted.delete(video);
      return;
    }
    // One seek at a time: while dragging, only the newest place matters.
    if (video.seeking || video.readyState === 0) {
      this.#wanted.set(video, time);
      return;
    }
    video.currentTime = time;
  }

  #caughtUp(video) {
    const time = this.#wanted.get(video);
    if (time === undefined) return;
    this.#wanted.delete(video);
    video.currentTime = time;
  }

  #tick(now) {
    if (!this.playing) return;
    const { store } = this;
    const elapsed = (now - this.#lastTick) / 1000;
    this.#lastTick = now;
    const clip = clipAt(store.timeline, store.time);
    const video = this.#active;
    let next = store.time;
    if (clip && video) {
      if (!video.seeking && video.readyState >= 2) {
        next = clip.position + (video.currentTime - clip.start_time) / clip.speed;
        if (video.ended) next = clipEnd(clip);
      }
    } else {
      next += elapsed;
    }
    const cut = clip && next >= clipEnd(clip) - CLOSE_S / 2;
    if (cut) next = clipEnd(clip);
    if (next >= store.timeline.duration - CLOSE_S / 2) {
      store.setTime(store.timeline.duration);
      this.pause();
      return;
    }
    store.setTime(next);
    if (cut || clipAt(store.timeline, next) !== clip) this.sync();
    this.#raf = requestAnimationFrame((at) => this.#tick(at));
  }
}
