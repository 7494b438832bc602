/**
 * Our player around a <video>: the element does the work and is the truth, the
 * controls only ask it and show what it says. What feeds it is the engine's
 * business, which address it plays `source`'s.
 */
import { Controller } from "@hotwired/stimulus";
import { setIcon, show } from "../dom.js";
import { t } from "../i18n.js";
import { Captions } from "../player/captions.js";
import { chapterAt, chapterBeside, chapterMarks, chapterName } from "../player/chapters.js";
import { fillChoices } from "../player/choice_menu.js";
import { Engine } from "../player/engine.js";
import { actionOf, nextSpeed, SPEEDS } from "../player/keys.js";
import { browserMemory } from "../player/memory.js";
import { paintShares, sharesOf } from "../player/ranges.js";
import { abilities, chooseSource } from "../player/source.js";
import { paintThumbnail, parseThumbnails, thumbnailAt } from "../player/thumbnails.js";
import { formatDuration } from "../time.js";

const IDLE_MS = 2500;
const NOTE_MS = 7000;
const SAVE_EVERY_MS = 3000;
/** An address younger than this has failed for another reason. */
const RENEW_AFTER_MS = 20_000;

export class PlayerController extends Controller {
  static targets = [
    "video", "big", "message", "note", "noteText", "noteButton", "seek", "chapters", "peek",
    "peekTime", "peekChapter", "thumb", "play", "mute", "volume", "now", "total", "speed", "speeds", "quality",
    "qualityMenu", "qualities", "captionsMenu", "captions", "captionChoices", "words", "pip",
    "full",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    const video = this.videoTarget;
    this.memory = browserMemory();
    this.playback = { progressive: video.getAttribute("src") };
    this.thumbnails = null;
    this.renewedAt = 0;
    this.engine = new Engine(video, {
      onQualities: () => this.engine && this.paintQuality(),
      onExpired: () => this.renew(),
      onFatal: () => this.fallBack(),
    });
    this.words = new Captions(video, this.wordsTarget, {
      onChange: () => this.words && this.paintCaptions(),
      signal,
    });
    const on = (names, handler, where = video) => {
      for (const name of names.split(" ")) where.addEventListener(name, handler, { signal });
    };
    on("play pause ended", () => this.paintState());
    on("play", () => this.started());
    on("pause ended seeked", () => this.savePlace());
    on("durationchange", () => this.paintChapters());
    on("timeupdate seeked durationchange loadedmetadata progress", () => this.paintTime());
    on("volumechange", () => this.paintVolume());
    on("ratechange", () => this.paintSpeed());
    on("waiting", () => this.element.classList.add("player-waiting"));
    on("playing canplay seeked error", () => this.element.classList.remove("player-waiting"));
    on("error", () => this.fallBack());
    on("loadedmetadata", () => show(this.messageTarget, false));
    on("click", () => this.toggle());
    on("dblclick", () => this.full());
    on("keydown", (event) => this.onKey(event), this.element);
    on("pointermove focusin", () => this.wake(), this.element);
    on("pointermove", (event) => this.peek(event), this.seekTarget);
    on("pointerleave", () => show(this.peekTarget, false), this.seekTarget);
    on("fullscreenchange", () => this.paintFull(), document);
    on("pagehide", () => this.savePlace({ now: true }), globalThis);
    show(this.pipTarget, document.pictureInPictureEnabled === true);
    for (const paint of ["State", "Time", "Volume", "Speed", "Quality", "Captions"]) {
      this[`paint${paint}`]();
    }
    if (video.error) this.fail();
  }

  disconnect() {
    clearTimeout(this.idle);
    clearTimeout(this.noteTimer);
    this.engine.destroy();
    this.leaving.abort();
  }

  /**
   * Plays other addresses; of the same film when `keepPlace` is set.
   *
   * @param {{src?: string, poster?: string | null, playback?: object | null,
   *   asset?: string | null, keepPlace?: boolean,
   *   renew?: (() => Promise<object>) | null}} film `src` is one file, `playback`
   *   is GET assets/{id}/playback/, which `renew` asks for again once it expires
   */
  load({ src, poster, playback, asset, keepPlace = false, renew }) {
    const video = this.videoTarget;
    const wasPlaying = keepPlace && !video.paused;
    let place = keepPlace ? video.currentTime : 0;
    if (asset !== undefined) this.asset = asset;
    if (renew !== undefined) this.renewing = renew;
    if (!keepPlace) this.fellBack = false;
    this.playback = playback ?? { progressive: src, poster };
    if (this.playback.poster) video.poster = this.playback.poster;
    this.thumbnails = null;
    this.words.load(this.playback.captions ?? []);
    this.paintChapters();
    const source = chooseSource(
      this.fellBack ? { ...this.playback, hls: null } : this.playback,
      abilities(),
    );
    if (!source) return;
    if (!keepPlace && this.asset) {
      place = this.memory.get(this.asset);
      if (place > 0) this.sayResumed(place);
    }
    this.engine.load(source, place).then(
      () => wasPlaying && video.play().catch(() => {}),
      () => this.fallBack(),
    );
  }

  sayResumed(place) {
    this.note(t("Goes on at {time}", { time: formatDuration(place * 1000) }), {
      label: t("From the start"),
      run: () => (this.videoTarget.currentTime = 0),
    });
  }

  /**
   * A quiet line over the picture.
   * @param {string} text empty takes it away
   * @param {{label: string, run: () => void} | null} [action]
   * @param {{stays?: boolean}} [options] otherwise it goes after a while of playing
   */
  note(text, action = null, { stays = false } = {}) {
    clearTimeout(this.noteTimer);
    this.noteTextTarget.textContent = text;
    this.noteButtonTarget.textContent = action?.label ?? "";
    show(this.noteButtonTarget, action !== null);
    show(this.noteTarget, text !== "");
    this.noteAction = action;
    this.noteStays = stays;
  }

  noted() {
    const action = this.noteAction;
    this.note("");
    action?.run();
  }

  started() {
    this.engine.hurry();
    if (!this.noteStays) this.noteTimer = setTimeout(() => this.note(""), NOTE_MS);
    const expires = Date.parse(this.playback?.expires_at ?? "");
    if (expires < Date.now()) this.renew();
  }

  /** Addresses expire: a page left open asks for new ones and plays on. */
  async renew() {
    if (this.isRenewing) return;
    if (!this.renewing || Date.now() - this.renewedAt < RENEW_AFTER_MS) {
      this.fail();
      return;
    }
    this.renewedAt = Date.now();
    this.isRenewing = true;
    try {
      this.load({ playback: await this.renewing(), keepPlace: true });
    } catch {
      this.fail();
    } finally {
      this.isRenewing = false;
    }
  }

  /** Adaptive playback failed: the plain file, then new addresses, then words. */
  fallBack() {
    const { hls, progressive } = this.playback ?? {};
    if (hls && progressive && !this.fellBack) {
      this.fellBack = true;
      this.load({ playback: this.playback, keepPlace: true });
    } else if (this.videoTarget.getAttribute("src")) {
      this.renew();
    }
  }

  savePlace({ now = false } = {}) {
    const { currentTime, duration, readyState } = this.videoTarget;
    if (!this.asset || readyState === 0) return;
    if (!now && Date.now() - (this.savedAt ?? 0) < 500) return;
    this.savedAt = Date.now();
    this.memory.put(this.asset, currentTime, duration);
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

  volumeBy(amount) {
    const video = this.videoTarget;
    video.muted = false;
    video.volume = Math.max(0, Math.min(1, video.volume + amount));
  }

  slower() {
    this.videoTarget.playbackRate = nextSpeed(this.videoTarget.playbackRate, -1);
  }

  faster() {
    this.videoTarget.playbackRate = nextSpeed(this.videoTarget.playbackRate, 1);
  }

  captions() {
    this.words.toggle();
  }

  async pip() {
    try {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await this.videoTarget.requestPictureInPicture();
    } catch {
      // Refused, as before the first frame: the button simply does nothing.
    }
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.element.requestFullscreen?.().catch(() => {});
  }

  seeking() {
    this.dragging = true;
    this.seekToShare(this.seekTarget.value / 1000);
  }

  sought() {
    this.dragging = false;
  }

  seekToShare(share) {
    const { duration } = this.videoTarget;
    if (!Number.isFinite(duration)) return;
    this.videoTarget.currentTime = share * duration;
    this.paintTime();
  }

  seekBy(seconds) {
    const video = this.videoTarget;
    video.currentTime = Math.max(0, Math.min(video.duration || 0, video.currentTime + seconds));
  }

  start() {
    this.videoTarget.currentTime = 0;
  }

  get chapters() {
    return this.playback?.chapters ?? [];
  }

  chapterBy(step) {
    const video = this.videoTarget;
    video.currentTime = chapterBeside(this.chapters, video.currentTime, step) ?? video.currentTime;
  }

  peek(event) {
    const { duration } = this.videoTarget;
    const known = Number.isFinite(duration);
    show(this.peekTarget, known);
    if (!known) return;
    this.peekX = event.clientX;
    const box = this.seekTarget.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    this.peekTimeTarget.textContent = formatDuration(share * duration * 1000);
    const chapter = chapterName(this.chapters, chapterAt(this.chapters, share * duration));
    this.peekChapterTarget.textContent = chapter;
    show(this.peekChapterTarget, chapter !== "");
    const thumbnail = thumbnailAt(this.wantThumbnails(), share * duration);
    show(this.thumbTarget, thumbnail !== null);
    if (thumbnail) paintThumbnail(this.thumbTarget, thumbnail);
    const half = this.peekTarget.offsetWidth / 2;
    const at = Math.max(half, Math.min(box.width - half, share * box.width));
    this.peekTarget.style.setProperty("--at", `${at}px`);
  }

  /** Asked for at the first hover; until they are here there are none. */
  wantThumbnails() {
    const { thumbnails: address } = this.playback ?? {};
    if (this.thumbnails) return this.thumbnails;
    this.thumbnails = [];
    if (address) {
      const base = new URL(address, location.href).href;
      fetch(base, { signal: this.leaving.signal })
        .then((answer) => (answer.ok ? answer.text() : ""))
        .then((text) => {
          this.thumbnails = parseThumbnails(text, base);
          // The pointer may rest where it was.
          if (!this.peekTarget.hidden) this.peek({ clientX: this.peekX });
        })
        .catch(() => {});
    }
    return this.thumbnails;
  }

  onKey(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (target.closest?.(".menu, .player-handle")) return;
    if (target.closest?.("button") && [" ", "Enter"].includes(key)) return;
    if (target === this.volumeTarget && key.startsWith("Arrow")) return;
    const action = actionOf(key);
    if (!action || (action[0] === "chapterBy" && this.chapters.length === 0)) return;
    const [name, ...amounts] = action;
    event.preventDefault();
    this[name](...amounts);
    this.wake();
  }

  wake() {
    this.element.classList.remove("player-idle");
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const open = this.element.querySelector(".menu:not([hidden])");
      if (!this.videoTarget.paused && !open) this.element.classList.add("player-idle");
    }, IDLE_MS);
  }

  fail() {
    const { hls, progressive } = this.playback ?? {};
    if (!hls && !progressive) return;
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
    if (!this.dragging) this.seekTarget.value = String(share * 1000);
    this.seekTarget.style.setProperty("--fill", `${share * 100}%`);
    this.seekTarget.style.setProperty("--ranges", paintShares(sharesOf(buffered, duration)));
    this.nowTarget.textContent = formatDuration(currentTime * 1000);
    this.totalTarget.textContent = known ? formatDuration(duration * 1000) : "–:––";
    this.seekTarget.setAttribute(
      "aria-valuetext",
      `${this.nowTarget.textContent} / ${this.totalTarget.textContent}`,
    );
    if (Date.now() - (this.savedAt ?? 0) > SAVE_EVERY_MS) this.savePlace();
  }

  paintChapters() {
    const marks = chapterMarks(this.chapters, this.videoTarget.duration).map((share) => {
      const mark = document.createElement("span");
      mark.style.setProperty("--at", `${share * 100}%`);
      return mark;
    });
    this.chaptersTarget.replaceChildren(...marks);
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
    const video = this.videoTarget;
    const speed = `${video.playbackRate}×`;
    this.speedTarget.textContent = speed;
    this.speedTarget.setAttribute("aria-label", `${t("Speed")} ${speed}`);
    const choices = SPEEDS.map((value) => ({
      label: `${value}×`,
      chosen: value === video.playbackRate,
      choose: () => (video.playbackRate = value),
    }));
    fillChoices(this.speedsTarget, choices);
  }

  paintQuality() {
    const { qualities, playing, chosen } = this.engine;
    show(this.qualityMenuTarget, qualities.length > 0);
    const now = qualities.find(({ index }) => index === playing)?.label ?? "";
    this.qualityTarget.textContent = now || t("Auto");
    const how = chosen === -1 ? t("automatic") : t("chosen");
    this.qualityTarget.setAttribute("aria-label", `${t("Quality")} ${now} (${how})`);
    this.element.dataset.quality = now;
    const pick = (index) => ({ chosen: index === chosen, choose: () => this.engine.choose(index) });
    fillChoices(this.qualitiesTarget, [
      { label: t("Auto"), note: chosen === -1 ? now : "", ...pick(-1) },
      ...qualities.map(({ index, label }) => ({
        label,
        note: index === playing ? t("plays now") : "",
        ...pick(index),
      })),
    ]);
  }

  paintCaptions() {
    const { tracks, chosen } = this.words;
    show(this.captionsMenuTarget, tracks.length > 0);
    const now = tracks[chosen]?.label ?? t("off");
    this.captionsTarget.setAttribute("aria-label", `${t("Captions")} (${now})`);
    this.captionsTarget.classList.toggle("player-button-on", chosen >= 0);
    const pick = (index) => ({ chosen: index === chosen, choose: () => this.words.choose(index) });
    fillChoices(this.captionChoicesTarget, [
      { label: t("Off"), ...pick(-1) },
      ...tracks.map(({ label, automatic }, index) => ({
        label,
        note: automatic ? t("automatic") : "",
        ...pick(index),
      })),
    ]);
  }

  paintFull() {
    const full = document.fullscreenElement === this.element;
    setIcon(this.fullTarget, full ? "minimize" : "maximize");
    this.fullTarget.setAttribute("aria-label", full ? t("Leave full screen") : t("Full screen"));
  }
}
