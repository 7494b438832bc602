/** What a render cost, in words. Pure. */
import { t } from "../../shared/i18n.js";
import { formatDuration } from "../../shared/time.js";

const WORDS = {
  copied: (share) => t("{share} copied", { share }),
  cached: (share) => t("{share} from before", { share }),
  encoded: (share) => t("{share} encoded", { share }),
};

/** Shares of each kind of work: as it was done, else as it was planned. */
function shares({ plan, cost }) {
  const kinds = Object.keys(WORDS);
  if (!cost) return kinds.map((kind) => [kind, plan?.[`${kind}_share`] ?? 0]);
  const frames = kinds.map((kind) => cost[`${kind}_frames`] ?? 0);
  const all = frames.reduce((sum, each) => sum + each, 0);
  return kinds.map((kind, at) => [kind, all ? frames[at] / all : 0]);
}

/** How long a render took, and how much of it was new work. */
export function costOf(render) {
  const { started_at: started, finished_at: finished, cost } = render;
  const seconds = cost?.wall_s ?? (Date.parse(finished) - Date.parse(started)) / 1000;
  const parts = seconds > 0 ? [t("took {time}", { time: formatDuration(seconds * 1000) })] : [];
  for (const [kind, share] of shares(render)) {
    const percent = Math.round(share * 100);
    if (percent > 0) parts.push(WORDS[kind](`${percent} %`));
  }
  return parts.join(" · ");
}
