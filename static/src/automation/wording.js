/** How dubbing is said in words and figures. Pure functions. */
import { t } from "../shared/i18n.js";
import { formatDuration, formatSize, formatSpeed, formatTimeLeft } from "../shared/time.js";

export const STAGES = ["download", "chunk", "dub", "merge", "finalize"];

const STAGE_NAMES = {
  download: "Fetch",
  chunk: "Cut",
  dub: "Dub",
  merge: "Join",
  finalize: "Check",
};

const STATUSES = {
  pending: "Waiting",
  downloading: "Fetching",
  chunking: "Cutting",
  dubbing: "Dubbing",
  merging: "Joining",
  finalizing: "Checking",
  completed: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
};

const CHUNK_STATES = {
  pending: "Waiting",
  uploading: "Sending",
  processing: "Dubbing",
  complete: "Done",
  failed: "Failed",
  retrying: "Trying again",
};

const CONFIDENCES = {
  high: "in a pause",
  low: "no pause near",
  edge: "at the edge",
  moved: "moved by you",
};

const FLAGS = {
  overrun: "too long for its place",
  short: "much shorter than the original",
  silent: "came back silent",
  clipped: "too loud, distorted",
};

export const stageName = (stage) => t(STAGE_NAMES[stage] ?? "Waiting");
export const chunkStateName = (state) => t(CHUNK_STATES[state] ?? state);
export const confidenceName = (confidence) => t(CONFIDENCES[confidence] ?? confidence);
export const flagName = (flag) => t(FLAGS[flag] ?? flag);

/** @returns {{name: string, tone: string}} `tone` is what a badge takes as its state */
export function statusOf(job) {
  if (job.awaits_review) return { name: t("Waits for you"), tone: "waiting" };
  if (job.is_paused) return { name: t("Paused"), tone: "paused" };
  const ended = ["succeeded", "failed", "cancelled"].includes(job.state);
  if (job.state === "queued" && !job.stage) return { name: t("Waiting"), tone: "queued" };
  return { name: t(STATUSES[job.status] ?? job.status), tone: ended ? job.state : "running" };
}

/** @param {number | null | undefined} usd */
export function formatMoney(usd) {
  if (usd == null || !Number.isFinite(usd)) return "";
  if (usd > 0 && usd < 0.01) return t("under $0.01");
  return `$${usd.toFixed(2)}`;
}

/** A guess of a length of time: "about 12 min". @param {number} seconds */
export function formatAbout(seconds) {
  if (seconds < 55) return t("about {count} s", { count: Math.max(5, Math.ceil(seconds / 5) * 5) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("about {count} min", { count: Math.max(1, minutes) });
  const rest = Math.round((minutes % 60) / 5) * 5;
  const hours = Math.floor(minutes / 60) + (rest === 60 ? 1 : 0);
  return rest % 60
    ? t("about {hours} h {minutes} min", { hours, minutes: rest })
    : t("about {hours} h", { hours });
}

/** @param {{start_ms: number, end_ms: number}} chunk */
export const spanOf = (chunk) =>
  `${formatDuration(chunk.start_ms)}–${formatDuration(chunk.end_ms)}`;

export const nameOfLanguage = (names, code) => names.get(code) ?? code;

/** "English → Spanish, Catalan" @param {Map<string, string>} names */
export function routeOf(config, names) {
  const from =
    config.source_language === "auto" ? t("Any language") : nameOfLanguage(names, config.source_language);
  const to = config.target_languages.map((code) => nameOfLanguage(names, code)).join(", ");
  return `${from} → ${to}`;
}

/** Which parts of the results keep their original sound; "" when none does. */
export function keptWords(outputs) {
  return outputs
    .filter(({ kept_original: indexes }) => indexes.length > 0)
    .map(({ kept_original: indexes, language_name: language }) => {
      const numbers = indexes.map((index) => index + 1).join(", ");
      const one = indexes.length === 1;
      if (outputs.length > 1) {
        return one
          ? t("Part {numbers} in {language} keeps the original sound.", { numbers, language })
          : t("Parts {numbers} in {language} keep the original sound.", { numbers, language });
      }
      return one
        ? t("Part {numbers} keeps the original sound.", { numbers })
        : t("Parts {numbers} keep the original sound.", { numbers });
    })
    .join(" ");
}

function downloadWords({ bytes_downloaded: got, total_bytes: total, speed_bytes_per_s: speed }) {
  if (!got) return "";
  const amount = total
    ? t("{sent} of {size}", { sent: formatSize(got), size: formatSize(total) })
    : formatSize(got);
  return [amount, formatSpeed(speed)].filter(Boolean).join(" · ");
}

function chunkWords({ total_chunks: total, processed, current_chunk: current }) {
  if (!total) return "";
  if (current !== null) return t("{done} of {total} parts", { done: processed, total });
  return total === 1 ? t("1 part") : t("{count} parts", { count: total });
}

function dubWords({ total, completed, failed, active_jobs: active }) {
  if (!total) return "";
  const parts = [t("{done} of {total} parts", { done: completed, total })];
  if (active) parts.push(t("{count} under way", { count: active }));
  if (failed) parts.push(t("{count} failed", { count: failed }));
  return parts.join(" · ");
}

/**
 * The five stages with how each stands.
 * @returns {{stage: string, name: string, state: "done" | "now" | "todo" | "failed",
 *   words: string}[]}
 */
export function stagesOf(job) {
  const { progress } = job;
  const done = job.state === "succeeded";
  const failedAt = job.state === "failed" ? (job.error?.stage ?? progress.stage) : null;
  const at = done ? STAGES.length : STAGES.indexOf(failedAt ?? progress.stage);
  const words = {
    download: downloadWords(progress.download),
    chunk: chunkWords(progress.chunking),
    dub: dubWords(progress.dubbing),
    merge: progress.merging.total_chunks
      ? t("{done} of {total} parts", {
          done: progress.merging.chunks_processed,
          total: progress.merging.total_chunks,
        })
      : "",
    finalize: done ? t("In the library") : "",
  };
  return STAGES.map((stage, index) => {
    let state = "todo";
    if (index < at) state = "done";
    else if (index === at) state = failedAt ? "failed" : "now";
    return { stage, name: stageName(stage), state, words: words[stage] };
  });
}

/** "43 % · 2 min left · $0.20 of $5.00" */
export function progressLine(job) {
  const active = ["queued", "running"].includes(job.state);
  const budget = job.config.budget_usd;
  const parts = [];
  if (active) parts.push(`${Math.floor(job.progress.overall_percent)} %`);
  if (active && !job.is_paused) parts.push(formatTimeLeft(job.progress.eta_s));
  if (job.spent_usd > 0 || budget != null) {
    parts.push(
      budget == null
        ? t("{money} spent", { money: formatMoney(job.spent_usd) })
        : t("{money} of {budget} spent", {
            money: formatMoney(job.spent_usd),
            budget: formatMoney(budget),
          }),
    );
  }
  return parts.filter(Boolean).join(" · ");
}
