/**
 * Timed words over the picture: which there are, which are shown, and what they say
 * now. Drawn by ourselves, so that they stay clear of the controls.
 */
import { parseCues, wordsAt } from "./cues.js";

const KEY = "streamfetch.captions";

/** The language that was shown last in this browser; "" for none. */
function remembered() {
  try {
    return localStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

function remember(language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is full or forbidden: the next film begins without captions.
  }
}

/** @returns {number} the place of the track for a language, -1 without one */
export function trackFor(tracks, language) {
  if (language === "") return -1;
  const [family] = language.split("-");
  const exact = tracks.findIndex((track) => track.language === language);
  return exact >= 0 ? exact : tracks.findIndex(({ language: own }) => own.split("-")[0] === family);
}

export class Captions {
  #cues = [];
  #frame = 0;
  #last = "";
  #turn = 0;

  /**
   * @param {HTMLVideoElement} video
   * @param {HTMLElement} screen where the words go
   * @param {{onChange: () => void, signal: AbortSignal}} hooks
   */
  constructor(video, screen, { onChange, signal }) {
    this.video = video;
    this.screen = screen;
    this.onChange = onChange;
    this.signal = signal;
    this.tracks = [];
    this.chosen = -1;
    for (const name of ["seeked", "pause", "timeupdate"]) {
      video.addEventListener(name, () => this.#paint(), { signal });
    }
    video.addEventListener("play", () => this.#follow(), { signal });
    signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame));
  }

  /** @param {{language: string, label: string, url: string, automatic: boolean}[]} tracks */
  load(tracks) {
    const before = this.tracks[this.chosen];
    this.tracks = tracks;
    const same = before ? tracks.findIndex(({ id }) => id === before.id) : -1;
    this.choose(same >= 0 ? same : trackFor(tracks, remembered()), { byHand: false });
  }

  /** @param {number} index of a track, -1 for none */
  choose(index, { byHand = true } = {}) {
    this.chosen = index;
    const track = this.tracks[index];
    if (byHand) remember(track?.language ?? "");
    this.#cues = [];
    this.#turn += 1;
    this.#paint();
    if (track) this.#fetch(track, this.#turn);
    this.onChange();
  }

  /** Off, or on again with the track of before, else the first. */
  toggle() {
    if (this.chosen >= 0) {
      this.lastChosen = this.chosen;
      this.choose(-1);
    } else if (this.tracks.length > 0) {
      this.choose(this.tracks[this.lastChosen] ? this.lastChosen : 0);
    }
  }

  async #fetch(track, turn) {
    try {
      const answer = await fetch(track.url, { signal: this.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const text = await answer.text();
      if (turn !== this.#turn) return;
      this.#cues = parseCues(text);
      this.#follow();
    } catch {
      if (turn === this.#turn && !this.signal.aborted) this.choose(-1, { byHand: false });
    }
  }

  #follow() {
    cancelAnimationFrame(this.#frame);
    this.#paint();
    if (this.video.paused || this.#cues.length === 0 || this.signal.aborted) return;
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #paint() {
    const words = wordsAt(this.#cues, this.video.currentTime);
    if (words === this.#last) return;
    this.#last = words;
    const lines = words.split("\n").map((line) => {
      const element = document.createElement("span");
      element.textContent = line;
      return element;
    });
    this.screen.replaceChildren(...(words ? lines : []));
    this.screen.hidden = words === "";
  }
}
