/**
 * Texts and captions as an ASS script: word for word what the renderer writes
 * (streamfetch/ffmpeg/text.py), so that the preview shows an edit before it is
 * saved. A test compares the two. Pure.
 */
import { exactRate } from "../model/frames.js";
import { captionLook, captionsOf } from "../model/words.js";

const STYLE_FIELDS =
  "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, " +
  "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, " +
  "Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, " +
  "Encoding";
const EVENT_FIELDS = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text";
const LINE_BREAKS = /\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;
const WORD_JOINER = "\u2060";
const ALIGNMENTS = { left: 4, center: 5, right: 6 };
const BOX_PADDING = 0.2;
/** Scripts say hundredths: cut to those, this is before the frame. */
const EARLY_MS = 1;

/** The texts in the order in which they are drawn, burnt-in captions last. */
export function drawnTexts(timeline) {
  const captions = captionsOf(timeline);
  if (!captions.burn_in) return timeline.text_overlays;
  const { position, style } = captionLook(timeline);
  return [...timeline.text_overlays, ...captions.cues.map((cue) => ({ ...cue, position, style }))];
}

/** @param {{resolution: object, frame_rate: number}} settings */
export function assScript(timeline, settings) {
  const { width, height } = settings.resolution;
  const rate = exactRate(settings.frame_rate);
  const frames = Math.round(timeline.duration * rate);
  const texts = drawnTexts(timeline).flatMap((text) => {
    const first = Math.round(text.start_time * rate);
    const last = Math.min(frames, Math.round(text.end_time * rate));
    return last > first ? [{ text, first, last }] : [];
  });
  const at = (frame) => Math.max(0, Math.floor((frame / rate) * 1000 + 1e-6) - EARLY_MS);
  const events = texts.map(({ text, first, last }, number) => {
    const start = at(first);
    return event(number, text, { start, end: Math.max(start + 1, at(last)), width, height });
  });
  return `${[
    "[Script Info]",
    "ScriptType: v4.00+",
    `PlayResX: ${width}`,
    `PlayResY: ${height}`,
    `LayoutResX: ${width}`,
    `LayoutResY: ${height}`,
    "WrapStyle: 0",
    "ScaledBorderAndShadow: yes",
    "YCbCr Matrix: None",
    "",
    "[V4+ Styles]",
    `Format: ${STYLE_FIELDS}`,
    ...texts.map(({ text }, number) => style(number, text)),
    "",
    "[Events]",
    `Format: ${EVENT_FIELDS}`,
    ...events,
  ].join("\n")}\n`;
}

function style(number, { style: look }) {
  const { opacity = 1 } = look;
  const color = assColor(look.color, opacity);
  const box = look.background_color;
  const boxColor = assColor(box ?? "#000000", box ? opacity : 0);
  const hasOutline = Boolean(look.outline_color) && !box;
  const outline = hasOutline ? assColor(look.outline_color, opacity) : boxColor;
  const fields = [
    `text${number}`,
    fontName(look.font_family),
    digits(look.font_size),
    color,
    color,
    outline,
    boxColor,
    flag(look.bold),
    flag(look.italic),
    flag(look.underline),
    "0", "100", "100", "0", "0",
    box ? "4" : "1",
    hasOutline ? digits(look.outline_width ?? 0) : "0",
    digits(box ? look.font_size * BOX_PADDING : 0),
    String(ALIGNMENTS[look.align ?? "center"]),
    "0", "0", "0", "1",
  ];
  return `Style: ${fields.join(",")}`;
}

function event(number, text, { start, end, width, height }) {
  let tags = `\\pos(${digits(text.position.x * width)},${digits(text.position.y * height)})`;
  const turn = (((text.rotation ?? 0) % 360) + 360) % 360;
  if (turn) tags += `\\frz${digits(-turn)}`;
  const fadeIn = Math.round((text.animation?.fade_in ?? 0) * 1000);
  const fadeOut = Math.round((text.animation?.fade_out ?? 0) * 1000);
  if (fadeIn || fadeOut) {
    const fit = Math.min(1, (end - start) / (fadeIn + fadeOut));
    tags += `\\fad(${Math.trunc(fadeIn * fit)},${Math.trunc(fadeOut * fit)})`;
  }
  return `Dialogue: ${number},${time(start)},${time(end)},text${number},,0,0,0,,{${tags}}${escaped(text.text)}`;
}

export function escaped(text) {
  return text
    .split(LINE_BREAKS)
    .map((line) =>
      printable(line)
        .replaceAll("\\", `\\${WORD_JOINER}`)
        .replaceAll("{", "\\{")
        .replaceAll("}", "\\}"),
    )
    .join("\\N");
}

const printable = (line) => line.replaceAll("\t", "    ").replaceAll(/[\p{Cc}\p{Cs}]/gu, "");

function time(ms) {
  const pad = (value) => String(value).padStart(2, "0");
  const whole = Math.floor(ms / 1000);
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${hours}:${pad(minutes)}:${pad(seconds)}.${pad(Math.floor((ms % 1000) / 10))}`;
}

function assColor(color, opacity) {
  const [red, green, blue] = [1, 3, 5].map((at) => color.slice(at, at + 2));
  const clear = roundEven((1 - opacity) * 255).toString(16).padStart(2, "0");
  return `&H${clear}${blue}${green}${red}`.toUpperCase();
}

/** Halves go to the even neighbour, as in the renderer. */
function roundEven(value) {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

const fontName = (family) =>
  printable(family).replaceAll(/[^\p{L}\p{N}_ .'&+-]/gu, "").trim().slice(0, 64) || "Sans";
const flag = (value) => (value ? "-1" : "0");
const digits = (value) => value.toFixed(2).replace(/0+$/, "").replace(/\.$/, "");
