/** What was measured in a result, as figures with plain words. Pure. */
import { t } from "../shared/i18n.js";
import { flagName } from "./wording.js";

/** A cut may move by a few milliseconds before a person hears it. */
const AUDIBLE_SAMPLES = 480;
const AUDIBLE_STEP_LU = 1;
const SAFE_PEAK_DBFS = -1;

const signed = (number, digits) => `${number > 0 ? "+" : ""}${number.toFixed(digits)}`;

function frames({ frames_in: before, frames_out: after }) {
  const ok = before === after;
  return {
    name: t("Frames"),
    value: t("{after} of {before}", { after, before }),
    words: ok
      ? t("Not one was lost or added.")
      : t("The picture had to be encoded at another rate."),
    ok,
  };
}

function together({ av_difference_ms: difference, frame_ms: frame }) {
  const ok = Math.abs(difference) <= frame;
  return {
    name: t("Sound against picture"),
    value: `${signed(difference, 1)} ms`,
    words: ok
      ? t("They end together, within one frame ({frame} ms).", { frame: Math.round(frame) })
      : t("More than one frame ({frame} ms) apart.", { frame: Math.round(frame) }),
    ok,
  };
}

function drift({ max_boundary_error_samples: samples, boundaries }) {
  if (boundaries.length === 0) return null;
  const measured = boundaries.filter(({ error_samples: error }) => error !== null).length;
  let words = t("{ms} ms at most.", { ms: (samples / 48).toFixed(1) });
  if (samples === 0) words = t("Every part begins exactly where it belongs.");
  if (measured === 0) words = t("Every cut lies in silence; the length is exact.");
  return {
    name: t("Drift at the cuts"),
    value: t("{samples} samples", { samples }),
    words,
    ok: samples <= AUDIBLE_SAMPLES,
  };
}

function steps({ max_loudness_step_lu: step, boundaries }) {
  if (boundaries.length === 0) return null;
  const ok = step <= AUDIBLE_STEP_LU;
  return {
    name: t("Loudness steps"),
    value: `${step.toFixed(1)} LU`,
    words: ok ? t("Nobody hears where the parts meet.") : t("A change may be heard at a cut."),
    ok,
  };
}

function peak({ peak_dbfs: level }) {
  return {
    name: t("Loudest peak"),
    value: `${level.toFixed(1)} dBFS`,
    words: level <= SAFE_PEAK_DBFS ? t("Far enough from distortion.") : t("Close to distortion."),
    ok: level <= 0,
  };
}

function picture({ video_copied: copied }, isMarked) {
  let words = t("The format or the size asked for it.");
  if (copied) words = t("Exactly the bytes of the original.");
  if (isMarked) words = t("As the engine returned it, with its watermark.");
  return { name: t("Picture"), value: copied ? t("Copied") : t("Encoded once"), words, ok: true };
}

function kept({ kept_original: indexes }) {
  if (indexes.length === 0) return null;
  return {
    name: t("Original sound"),
    value: String(indexes.length),
    words: t("Kept in parts {numbers}, which could not be dubbed.", {
      numbers: indexes.map((index) => index + 1).join(", "),
    }),
    ok: false,
  };
}

function flags({ flagged }) {
  return Object.entries(flagged)
    .filter(([, indexes]) => indexes.length > 0)
    .map(([flag, indexes]) => ({
      name: t("To listen to"),
      value: indexes.map((index) => index + 1).join(", "),
      words: t("Dubbed, but {problem}.", { problem: flagName(flag) }),
      ok: false,
    }));
}

/**
 * @param {object} report @param {boolean} [isMarked] whether the picture has a watermark
 * @returns {{name: string, value: string, words: string, ok: boolean}[]}
 */
export function checksOf(report, isMarked = false) {
  return [
    frames(report),
    together(report),
    drift(report),
    steps(report),
    peak(report),
    picture(report, isMarked),
    kept(report),
    ...flags(report),
  ].filter(Boolean);
}

/** What to do about a failure. @returns {{advice: string, needs: "" | "key" | "budget"}} */
export function adviceFor(error) {
  if (/key/.test(error.code)) {
    return { advice: t("Enter a working key, then try again. Finished parts are not paid for twice."), needs: "key" };
  }
  if (error.code.startsWith("budget") || error.code === "over_budget") {
    return { advice: t("Raise the budget, then try again. Only the missing parts are dubbed."), needs: "budget" };
  }
  if (/quota/.test(error.code)) {
    return { advice: t("Top up your account at the engine, then try again. Finished parts are kept."), needs: "" };
  }
  // The message says it.
  if (error.failed_chunks?.length > 0) return { advice: "", needs: "" };
  if (error.recoverable) return { advice: t("Trying again may well help. What is done is kept."), needs: "" };
  return { advice: "", needs: "" };
}
