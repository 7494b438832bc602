/** The ruler: a canvas as wide as the window onto the timeline. */
import { rulerLabel, rulerSteps } from "./scale.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{zoom: number, scrollLeft: number, width: number, duration: number}} view
 */
export function drawRuler(canvas, { zoom, scrollLeft, width, duration }) {
  const ratio = devicePixelRatio || 1;
  const height = canvas.clientHeight;
  canvas.style.width = `${width}px`;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  const style = getComputedStyle(canvas);
  context.scale(ratio, ratio);
  context.clearRect(0, 0, width, height);
  context.font = `560 11px ${style.fontFamily}`;
  context.textBaseline = "top";

  const { major, minor } = rulerSteps(zoom);
  const first = Math.floor(scrollLeft / zoom / minor);
  const last = Math.ceil((scrollLeft + width) / zoom / minor);
  const perMajor = Math.round(major / minor);
  for (let index = first; index <= last; index += 1) {
    const seconds = index * minor;
    const x = Math.round(seconds * zoom - scrollLeft) + 0.5;
    const isMajor = index % perMajor === 0;
    context.globalAlpha = seconds <= duration + 1e-6 ? 1 : 0.45;
    context.strokeStyle = style.outlineColor;
    context.beginPath();
    context.moveTo(x, isMajor ? height - 11 : height - 5);
    context.lineTo(x, height);
    context.stroke();
    if (isMajor) {
      context.fillStyle = style.color;
      context.fillText(rulerLabel(seconds, major), x + 4, 4);
    }
  }
}
