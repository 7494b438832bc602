/** The ruler: a canvas over the piece of the timeline that is near. */
import { rulerLabel, rulerSteps } from "./scale.js";

/** What the style sheet says of the ruler; asking for each drawing would be slow. */
export function rulerLook(canvas) {
  const { color, outlineColor, fontFamily } = getComputedStyle(canvas);
  return { height: canvas.clientHeight, color, line: outlineColor, fontFamily };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{zoom: number, from: number, width: number, duration: number,
 *   look: ReturnType<typeof rulerLook>}} view
 *   `from`: seconds at its left edge; `width` in CSS pixels
 */
export function drawRuler(canvas, { zoom, from, width, duration, look }) {
  const ratio = devicePixelRatio || 1;
  const { height } = look;
  canvas.style.width = `${width}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  context.font = `560 10.5px ${look.fontFamily}`;
  context.textBaseline = "top";

  const { major, minor } = rulerSteps(zoom);
  const first = Math.max(0, Math.floor(from / minor));
  const last = Math.ceil((from + width / zoom) / minor);
  const perMajor = Math.round(major / minor);
  for (let index = first; index <= last; index += 1) {
    const seconds = index * minor;
    const x = Math.round((seconds - from) * zoom) + 0.5;
    const isMajor = index % perMajor === 0;
    context.globalAlpha = seconds <= duration + 1e-6 ? 1 : 0.45;
    context.strokeStyle = look.line;
    context.beginPath();
    context.moveTo(x, isMajor ? height - 9 : height - 4);
    context.lineTo(x, height);
    context.stroke();
    if (isMajor) {
      context.fillStyle = look.color;
      context.fillText(rulerLabel(seconds, major), x + 4, 4);
    }
  }
}
