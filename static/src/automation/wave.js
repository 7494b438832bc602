/** Draws a waveform of peaks into a canvas, sharp on every screen. */

/** Which peak lies at a moment. @returns {number} 0..255 */
export function peakAt(peaks, ms) {
  const share = (ms - peaks.start) / (peaks.end - peaks.start || 1);
  if (share < 0 || share >= 1) return 0;
  return peaks.values[Math.floor(share * peaks.values.length)] ?? 0;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{values: number[], start: number, end: number} | null} peaks 0..255 each
 * @param {{start: number, end: number}} view in milliseconds
 */
export function drawWave(canvas, peaks, view) {
  const scale = globalThis.devicePixelRatio || 1;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, width, height);
  if (!peaks || width === 0) return;
  context.fillStyle = getComputedStyle(canvas).color;
  const bar = Math.max(1, Math.round(2 * scale));
  for (let x = 0; x < width; x += bar) {
    const ms = view.start + (x / width) * (view.end - view.start);
    const size = Math.max(scale, (peakAt(peaks, ms) / 255) * height * 0.94);
    context.fillRect(x, (height - size) / 2, Math.max(1, bar - scale / 2), size);
  }
}
