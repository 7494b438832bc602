/** What a job's page knows, and how each event changes it. Pure. */
export const LOG_LIMIT = 1_000;

export const emptyState = (job) => ({ job, chunks: [], lines: [] });

const place = (languages, chunk) => languages.indexOf(chunk.language);

function sorted(chunks, languages) {
  return [...chunks].sort(
    (a, b) => place(languages, a) - place(languages, b) || a.start_sample - b.start_sample,
  );
}

/** A later answer wins; an older one that was on its way is dropped. */
function newerJob(before, after) {
  const older = Date.parse(after.updated_at) < Date.parse(before.updated_at);
  return older ? before : after;
}

/** Chunks of cuts that are no more are dropped when their places are taken. */
function withChunk(chunks, chunk, languages) {
  const same = (each) => each.language === chunk.language;
  const overlaps = (each) =>
    each.start_sample < chunk.end_sample && chunk.start_sample < each.end_sample;
  const others = chunks.filter((each) => each.id !== chunk.id && !(same(each) && overlaps(each)));
  return sorted([...others, chunk], languages);
}

function withLine(lines, line) {
  if (lines.some((each) => each.id === line.id)) return lines;
  return [...lines, line].slice(-LOG_LIMIT);
}

/**
 * @param {{job: object, chunks: object[], lines: object[]}} state `lines` oldest first
 * @param {{type: "job" | "chunk" | "log" | "chunks" | "lines", value: any}} event
 */
export function reduce(state, { type, value }) {
  const languages = state.job.config.target_languages;
  switch (type) {
    case "job":
      return { ...state, job: newerJob(state.job, value) };
    case "chunk":
      return { ...state, chunks: withChunk(state.chunks, value, languages) };
    case "chunks":
      return { ...state, chunks: sorted(value, languages) };
    case "log":
      return { ...state, lines: withLine(state.lines, value) };
    case "lines": {
      const known = new Set(value.map((line) => line.id));
      const later = state.lines.filter((line) => !known.has(line.id) && isLater(line, value.at(-1)));
      return { ...state, lines: [...value, ...later].slice(-LOG_LIMIT) };
    }
    default:
      return state;
  }
}

const isLater = (line, last) => !last || Date.parse(line.timestamp) >= Date.parse(last.timestamp);

/** Whether the job has chunks that the page has not been told of. */
export const lacksChunks = ({ job, chunks }) => chunks.length < job.progress.dubbing.total;

/** Whether the sound of finished parts was removed, as it is when a job is done. */
export const isSoundGone = (chunks) => chunks.some(({ state, dub_url }) => state === "complete" && !dub_url);

/** Whether one part can be dubbed again without paying for the others too. */
export const canRedoOne = (chunks, engine) =>
  !((engine?.usd_per_minute ?? 0) > 0 && chunks.length > 1 && isSoundGone(chunks));

/** What may be done with a job now. */
export function actionsOf(job) {
  const active = ["queued", "running"].includes(job.state);
  return {
    pause: active && !job.is_paused,
    resume: active && job.is_paused && !job.awaits_review,
    cancel: active,
    retry: job.state === "cancelled" || (job.state === "failed" && mayHelp(job.error)),
    redo: !active || job.is_paused,
  };
}

/** A key, a budget or a single part can be put right; a video without sound cannot. */
const mayHelp = (error) =>
  !error || error.recoverable || error.stage === "dub" || error.failed_chunks?.length > 0;
