/** What keys mean to the player. Pure. */

const SEEK_S = { j: -10, l: 10, ArrowLeft: -5, ArrowRight: 5 };
const VOLUME = { ArrowUp: 0.05, ArrowDown: -0.05 };
const CHAPTER = { PageUp: -1, PageDown: 1 };
const PLAIN = {
  " ": "toggle",
  k: "toggle",
  m: "mute",
  f: "full",
  c: "captions",
  "<": "slower",
  ">": "faster",
  Home: "start",
};

/**
 * @param {string} key as KeyboardEvent.key
 * @returns {[action: string, amount?: number] | null}
 */
export function actionOf(key) {
  const name = key.length === 1 ? key.toLowerCase() : key;
  if (Object.hasOwn(SEEK_S, name)) return ["seekBy", SEEK_S[name]];
  if (Object.hasOwn(VOLUME, name)) return ["volumeBy", VOLUME[name]];
  if (Object.hasOwn(CHAPTER, name)) return ["chapterBy", CHAPTER[name]];
  if (/^\d$/.test(name)) return ["seekToShare", Number(name) / 10];
  return Object.hasOwn(PLAIN, name) ? [PLAIN[name]] : null;
}

export const SPEEDS = Object.freeze([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]);

/** The next of SPEEDS in a direction; the last stays. */
export function nextSpeed(now, step) {
  const ahead = SPEEDS.filter((speed) => (step > 0 ? speed > now : speed < now));
  return (step > 0 ? ahead[0] : ahead.at(-1)) ?? now;
}
