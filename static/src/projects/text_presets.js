/** What a text begins as. Sizes are line heights as shares of the frame's height. */
import { t } from "../shared/i18n.js";

const PRESETS = {
  title: {
    text: () => t("Title"),
    size: 0.17,
    position: { x: 0.5, y: 0.5 },
    style: { font_family: "Montserrat", bold: true },
    animation: { fade_in: 0.4, fade_out: 0.4 },
  },
  lower: {
    text: () => t("Name, role"),
    size: 0.075,
    position: { x: 0.25, y: 0.84 },
    style: { font_family: "Inter", bold: true, background_color: "#000000" },
    animation: { fade_in: 0.25, fade_out: 0.25 },
  },
  caption: {
    text: () => t("Caption"),
    size: 0.08,
    position: { x: 0.5, y: 0.9 },
    style: { font_family: "Noto Sans", bold: false },
    animation: null,
  },
};

/** @returns {{text: string, position: object, style: object, animation: object | null}} */
export function textPreset(name, frameHeight) {
  const { text, size, position, style, animation } = PRESETS[name] ?? PRESETS.title;
  const fontSize = Math.max(8, Math.round(frameHeight * size));
  return { text: text(), position, animation, style: { ...style, font_size: fontSize } };
}
