/**
 * Our player around a <video>: the element does the work and is the truth, the
 * controls only ask it and show what it says. What feeds it (a file today,
 * adaptive segments later) is `source`'s business.
 */
import { Controller } from "@hotwired/stimulus";
import { setIcon, show } from "../dom.js";
import { t } from "../i18n.js";
import { formatDuration } from "../time.js";

const SPEEDS = [1, 1.25, 1.5, 2, 0.5, 0.75];
const IDLE_MS = 2500;
const STEP_S = 5;

export class PlayerController extends Controller {
  static targets = [
    "video", "big", "message", "seek", "peek", "play", "mute", "volume", "now",
    "total", "speed", "pip", "full",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    const video = this.videoTarget;
    const on = (names, handler) => {
      for (const name of names.split(" ")) video.addEventListener(name, handler, { signal });
    };
    on("play pause ended", () => this.paintState());
    on("timeupdate seeked durationchange loadedmetadata progress", () => this.paintTime());
    on("volumechange", () => this.paintVolume());
    on("ratechange", () => this.paintSpeed());
    on("waiting", () => this.element.classList.add("player-waiting"));
    on("playing canplay seeked error", () => this.element.classList.remove("player-waiting"));
    on("error", () => this.fail());
    on("loadedmetadata", () => show(this.messageTarget, false));
    on("click", () => this.toggle());
    on("dblclick", () => this.full());
    this.element.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.element.addEventListener("pointermove", () => this.wake(), { signal });
    this.element.addEventListener("focusin", () => this.wake(), { signal });
    this.seekTarget.addEventListener("pointermove", (event) => this.peek(event), { signal });
    this.seekTarget.addEventListener("pointerleave", () => show(this.peekTarget, false), { signal });
    document.addEventListener("fullscreenchange", () => this.paintFull(), { signal });
    show(this.pipTarget, document.pictureInPictureEnabled === true);
    this.paintState();
    this.paintTime();
    this.paintVolume();
    if (video.error) this.fail();
  }

  disconnect() {
    clearTimeout(this.idle);
    this.leaving.abort();
  }

  /**
   * Plays another address; of the same film when `keepPlace` is set.
   * @param {{src: string, poster?: string | null, keepPlace?: boolean}} source
   */
  load({ src, poster, keepPlace = false }) {
    const video = this.videoTarget;
    const place = keepPlace ? video.currentTime : 0;
    if (poster) video.poster = poster;
    if (video.getAttribute("src") === src) return;
    video.src = src;
    if (place > 0) {
      video.addEventListener("loadedmetadata", () => (video.currentTime = place), { once: true });
    }
  }

  toggle() {
    const video = this.videoTarget;
    // A refused play() is reported by the error event or needs another click.
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  }

  mute() {
    this.videoTarget.muted = !this.videoTarget.muted;
  }

  setVolume() {
    this.videoTarget.muted = false;
    this.videoTarget.volume = Number(this.volumeTarget.value);
  }

  nextSpeed() {
    const index = SPEEDS.indexOf(this.videoTarget.playbackRate);
    this.videoTarget.playbackRate = SPEEDS[(index + 1) % SPEEDS.length];
  }

  async pip() {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.videoTarget.requestPictureInPicture();
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.element.requestFullscreen?.();
  }

  seeking() {
    this.dragging = true;
    const { duration } = this.videoTarget;
    if (!Number.isFinite(duration)) return;
    this.videoTarget.currentTime = (this.seekTarget.value / 1000) * duration;
    this.paintTime();
  }

  sought() {
    this.dragging = false;
  }

  seekBy(seconds) {
    const video = this.videoTarget;
    video.currentTime = Math.max(0, Math.min(video.duration || 0, video.currentTime + seconds));
  }

  peek(event) {
    const { duration } = this.videoTarget;
    const box = this.seekTarget.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    show(this.peekTarget, Number.isFinite(duration));
    this.peekTarget.textContent = formatDuration(share * duration * 1000);
    this.peekTarget.style.setProperty("--at", `${share * 100}%`);
  }

  onKey(event) {
    const inRange = event.target.type === "range";
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("button") && [" ", "Enter"].includes(event.key)) return;
    const actions = {
      " ": () => this.toggle(),
      k: () => this.toggle(),
      m: () => this.mute(),
      f: () => this.full(),
      j: () => this.seekBy(-2 * STEP_S),
      l: () => this.seekBy(2 * STEP_S),
      ...(!inRange && {
        ArrowLeft: () => this.seekBy(-STEP_S),
        ArrowRight: () => this.seekBy(STEP_S),
      }),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
    this.wake();
  }

  wake() {
    this.element.classList.remove("player-idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      if (!this.videoTarget.paused) this.element.classList.add("player-idle");
    }, IDLE_MS);
  }

  fail() {
    if (!this.videoTarget.getAttribute("src")) return;
    this.messageTarget.textContent = t(
      "This cannot be played here. The link may have expired: reload the page.",
    );
    show(this.messageTarget, true);
    this.dispatch("failed");
  }

  paintState() {
    const { paused } = this.videoTarget;
    this.element.dataset.playerState = paused ? "paused" : "playing";
    const label = paused ? t("Play") : t("Pause");
    this.playTarget.setAttribute("aria-label", label);
    setIcon(this.playTarget, paused ? "play" : "pause");
    show(this.bigTarget, paused);
    this.wake();
  }

  paintTime() {
    const { currentTime, duration, buffered } = this.videoTarget;
    const known = Number.isFinite(duration) && duration > 0;
    const share = known ? currentTime / duration : 0;
    if (!this.dragging) this.seekTarget.value = String(Math.round(share * 1000));
    let loaded = 0;
    for (let index = 0; index < buffered.length; index += 1) {
      if (buffered.start(index) <= currentTime) loaded = Math.max(loaded, buffered.end(index));
    }
    this.seekTarget.style.setProperty("--fill", `${share * 100}%`);
    this.seekTarget.style.setProperty("--buffered", `${known ? (loaded / duration) * 100 : 0}%`);
    this.nowTarget.textContent = formatDuration(currentTime * 1000);
    this.totalTarget.textContent = known ? formatDuration(duration * 1000) : "–:––";
    this.seekTarget.setAttribute(
      "aria-valuetext",
      `${this.nowTarget.textContent} / ${this.totalTarget.textContent}`,
    );
  }

  paintVolume() {
    const { muted, volume } = this.videoTarget;
    const heard = muted ? 0 : volume;
    setIcon(this.muteTarget, heard === 0 ? "volume-x" : heard < 0.5 ? "volume-1" : "volume-2");
    this.muteTarget.setAttribute("aria-pressed", String(muted));
    this.volumeTarget.value = String(heard);
    this.volumeTarget.style.setProperty("--fill", `${heard * 100}%`);
  }

  paintSpeed() {
    const speed = `${this.videoTarget.playbackRate}×`;
    this.speedTarget.textContent = speed;
    this.speedTarget.setAttribute("aria-label", `${t("Speed")} ${speed}`);
  }

  paintFull() {
    const full = document.fullscreenElement === this.element;
    setIcon(this.fullTarget, full ? "minimize" : "maximize");
    this.fullTarget.setAttribute("aria-label", full ? t("Leave full screen") : t("Full screen"));
  }
}
