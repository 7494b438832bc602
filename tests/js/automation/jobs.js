/** A job as the API shows it, under way. */
export function job(changes = {}) {
  return {
    id: "j",
    state: "running",
    status: "dubbing",
    stage: "dub",
    is_paused: false,
    awaits_review: false,
    spent_usd: 0.2,
    updated_at: "2026-11-21T04:00:00Z",
    error: null,
    config: { source_language: "en", target_languages: ["es", "ca"], budget_usd: 5 },
    progress: {
      stage: "dub",
      overall_percent: 43.7,
      eta_s: 130,
      download: { bytes_downloaded: 0, total_bytes: null, speed_bytes_per_s: 0 },
      chunking: { total_chunks: 4, processed: 4, current_chunk: null },
      dubbing: { total: 8, completed: 3, failed: 1, pending: 2, active_jobs: 2 },
      merging: { chunks_processed: 0, total_chunks: 0 },
    },
    outputs: [],
    ...changes,
  };
}

export function chunk(changes = {}) {
  return { id: "a", language: "es", index: 0, start_sample: 0, end_sample: 48_000, state: "pending", ...changes };
}
