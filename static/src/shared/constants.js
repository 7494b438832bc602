/** Names that two modules must spell alike. */
export const API = "/api/v1/";

/** Events on `document`; `detail` is the payload named in the comment. */
export const EVENTS = Object.freeze({
  JOB: "streamfetch:job", // a job, as in GET jobs/
  ASSET: "streamfetch:asset", // an asset, as in GET assets/{id}/
  PROJECT: "streamfetch:project", // {id, revision}
  PDF_PROJECT: "streamfetch:pdf-project", // {id, revision, status, thumbnail_count}
  PDF_ANNOTATIONS: "streamfetch:pdf-annotations", // {project, ids, editor}
  RESYNC: "streamfetch:resync", // events may have been missed: ask again
  CONNECTION: "streamfetch:connection", // {mode: "live" | "polling" | "waiting"}
});

export const ACTIVE_STATES = Object.freeze(["queued", "running"]);
