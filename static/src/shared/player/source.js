/** Which of an asset's addresses a browser plays. The one place that decides. */

/** @returns {{mse: boolean, nativeHls: boolean}} what this browser can do */
export function abilities() {
  const scope = globalThis;
  const probe = scope.document?.createElement("video");
  return {
    mse: Boolean(scope.ManagedMediaSource ?? scope.MediaSource),
    nativeHls: Boolean(probe?.canPlayType("application/vnd.apple.mpegurl")),
  };
}

/**
 * @param {{hls?: string | null, progressive?: string | null}} playback
 * @param {{mse: boolean, nativeHls: boolean}} able
 * @returns {{kind: "hls" | "file", url: string} | null} null: nothing to play yet
 */
export function chooseSource(playback, able) {
  const { hls, progressive } = playback ?? {};
  if (hls && able.mse) return { kind: "hls", url: hls };
  if (hls && able.nativeHls) return { kind: "file", url: hls };
  if (progressive) return { kind: "file", url: progressive };
  return null;
}
