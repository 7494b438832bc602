/** Shows a dubbing job in the row that the template made for it. */
import { field, setMeter, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { isActive, percentOf } from "../shared/jobs.js";
import { formatAge, formatDuration } from "../shared/time.js";
import { actionsOf } from "./job_state.js";
import { keptWords, progressLine, routeOf, statusOf } from "./wording.js";

function doneLine(job) {
  return [formatAge(job.finished_at ?? job.created_at), progressLine(job), keptWords(job.outputs)]
    .filter(Boolean)
    .join(" · ");
}

/**
 * @param {HTMLElement} row @param {object} job
 * @param {{names: Map<string, string>, poster?: string}} known
 */
export function fillRow(row, job, { names, poster }) {
  row.dataset.dub = job.id;
  row.dataset.state = job.state;
  setText(row, "title", job.name);
  field(row, "title").href = job.target_url;
  field(row, "link").href = job.target_url;
  const picture = field(row, "poster");
  if (poster && picture.getAttribute("src") !== poster) picture.src = poster;
  show(picture, Boolean(poster));
  setText(row, "duration", formatDuration(job.video_info.duration_ms || null));
  show(field(row, "duration"), job.video_info.duration_ms > 0);
  setText(row, "route", routeOf(job.config, names));
  setText(row, "reason", job.error?.message ?? "");
  show(field(row, "reason"), Boolean(job.error) && job.state === "failed");
  const { name, tone } = statusOf(job);
  setText(row, "state", name);
  field(row, "state").dataset.state = tone;
  const active = isActive(job);
  show(field(row, "meter"), active && !job.is_paused);
  if (active) setMeter(field(row, "meter"), percentOf(job));
  const words = active ? progressLine(job) : doneLine(job);
  setText(row, "progress", job.awaits_review ? t("Look at the cuts and go on") : words);
  const actions = actionsOf(job);
  show(row.querySelector("[data-do='cancel']"), actions.cancel);
  show(row.querySelector("[data-do='retry']"), actions.retry);
  show(row.querySelector("[data-do='delete']"), !active);
}
