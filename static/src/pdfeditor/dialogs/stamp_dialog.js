/** Rubber stamps: words in a frame, drawn once and put down as a picture. */
import { t } from "../../shared/i18n.js";

const STAMPS = [
  ["APPROVED", "#1d7a46"], ["REVIEWED", "#1c62b8"], ["DRAFT", "#5e6770"], ["CONFIDENTIAL", "#b3123f"],
  ["PAID", "#1d7a46"], ["FINAL", "#14171a"], ["VOID", "#b3123f"], ["COPY", "#1c62b8"], ["SIGN HERE", "#b35900"],
];
const PIXELS_PER_POINT = 4;
const HEIGHT_PT = 34;

/**
 * @param {string} words @param {string} color
 * @returns {Promise<{blob: Blob, width: number, height: number}>} a PNG, size in points
 */
export async function drawStamp(words, color) {
  await document.fonts.load('700 40px "Archivo Variable"');
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const k = PIXELS_PER_POINT;
  const font = `800 ${17 * k}px "Archivo Variable", sans-serif`;
  const prepare = () => {
    context.font = font;
    context.letterSpacing = `${1.2 * k}px`;
  };
  prepare();
  const width = Math.ceil(context.measureText(words).width / k) + 30;
  canvas.width = width * k;
  canvas.height = HEIGHT_PT * k;
  prepare();
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = 2.4 * k;
  context.beginPath();
  context.roundRect(2 * k, 2 * k, canvas.width - 4 * k, canvas.height - 4 * k, 5 * k);
  context.stroke();
  context.lineWidth = 0.8 * k;
  context.beginPath();
  context.roundRect(5 * k, 5 * k, canvas.width - 10 * k, canvas.height - 10 * k, 3 * k);
  context.stroke();
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(words, canvas.width / 2 + 0.6 * k, canvas.height / 2 + 0.8 * k);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  return { blob, width, height: HEIGHT_PT };
}

/** @param {HTMLDialogElement} dialog @returns {Promise<{words: string, color: string} | null>} */
export function askForStamp(dialog) {
  const host = dialog.querySelector("[data-stamps]");
  if (host.childElementCount === 0) {
    host.append(
      ...STAMPS.map(([words, color]) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "pdf-stamp";
        button.textContent = t(words);
        button.dataset.color = color;
        button.style.setProperty("--swatch", color);
        return button;
      }),
    );
  }
  const form = dialog.querySelector("[data-stamp-form]");
  form.reset();
  dialog.showModal();
  return new Promise((resolve) => {
    const over = new AbortController();
    const { signal } = over;
    let answer = null;
    host.addEventListener("click", ({ target }) => {
      if (!target.dataset?.color) return;
      answer = { words: target.textContent, color: target.dataset.color };
      dialog.close();
    }, { signal });
    form.addEventListener("submit", () => {
      const words = form.elements.words.value.trim();
      if (words) answer = { words, color: "#1c62b8" };
    }, { signal });
    dialog.addEventListener("close", () => {
      over.abort();
      resolve(answer);
    }, { signal });
  });
}
