/** How a background job is said in words. Pure. */
import { ACTIVE_STATES } from "./constants.js";
import { t } from "./i18n.js";

export const isActive = (job) => ACTIVE_STATES.includes(job.state);

const VERBS = {
  asset_processing: "Processing",
  render: "Rendering",
  download: "Downloading",
  dub: "Dubbing",
};

/** @returns {number | null} whole percent, null while it is not known */
export function percentOf(job) {
  if (job.state === "queued" || job.percent == null) return null;
  return Math.max(0, Math.min(100, Math.floor(job.percent)));
}

/** @param {{kind?: string, state: string, percent?: number, error?: any}} job */
export function describeJob(job) {
  if (job.state === "queued") return t("Waiting for its turn");
  if (job.state === "succeeded") return t("Done");
  if (job.state === "cancelled") return t("Cancelled");
  if (job.state === "failed") return job.error?.message ?? t("Failed");
  const verb = t(VERBS[job.kind] ?? "Working");
  const percent = percentOf(job);
  return percent === null ? `${verb}…` : `${verb}, ${percent} %`;
}
