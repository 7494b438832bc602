/** How formats, presets and finds are said in words. Pure. */
import { t } from "../shared/i18n.js";
import { formatDuration, formatSize } from "../shared/time.js";

const CODECS = {
  h264: "H.264",
  hevc: "HEVC",
  av1: "AV1",
  vp9: "VP9",
  vp8: "VP8",
  aac: "AAC",
  opus: "Opus",
  mp3: "MP3",
  vorbis: "Vorbis",
  flac: "FLAC",
  ac3: "AC-3",
  eac3: "E-AC-3",
};

export const codecName = (codec) => CODECS[codec] ?? (codec || "").toUpperCase();

/** @param {{width?: number, height?: number, kind: string}} format */
export function resolutionOf(format) {
  if (format.kind === "audio") return t("Sound");
  if (!format.height) return t("Unknown");
  return format.width ? `${format.width} × ${format.height}` : `${format.height}p`;
}

/** @param {{size_bytes: number | null, size_is_estimate?: boolean}} format */
export function sizeOf(format) {
  if (format.size_bytes == null) return "–";
  const size = formatSize(format.size_bytes);
  return format.size_is_estimate ? `≈ ${size}` : size;
}

export function soundOf(format) {
  if (format.kind === "video") return t("none, joined with the best");
  return [languageName(format.audio_language), format.kind === "audio" ? "" : codecName(format.audio_codec)]
    .filter(Boolean)
    .join(" · ");
}

export function libraryNote(format) {
  if (format.plays_as_is) return t("Plays as is");
  const known = format.video_codec || format.audio_codec;
  return known ? t("Will be converted") : t("Found out when it is here");
}

const PRESETS = {
  best: "Best",
  "1080p": "1080p",
  "720p": "720p",
  audio: "Sound only",
  smallest: "Smallest",
};

/** @param {{name: string, height?: number | null, size_bytes?: number | null}} preset */
export function presetLabel(preset) {
  return t(PRESETS[preset.name] ?? preset.name);
}

export function presetNote(preset) {
  const height = preset.name === "best" || preset.name === "smallest" ? preset.height : null;
  return [height ? `${height}p` : "", formatSize(preset.size_bytes)].filter(Boolean).join(" · ");
}

/** Channel, length and day of a video, on one line. */
export function aboutVideo(video) {
  const views =
    video.view_count == null
      ? ""
      : t("{count} views", { count: Number(video.view_count).toLocaleString() });
  return [video.channel, formatDuration(video.duration_ms), views, video.published_on]
    .filter(Boolean)
    .join(" · ");
}

/** The formats that a choice such as "137+140" names. */
export function partsOf(formatId, formats) {
  const exact = formats.find((each) => each.format_id === formatId);
  if (exact) return [exact];
  for (let cut = formatId.indexOf("+"); cut > 0; cut = formatId.indexOf("+", cut + 1)) {
    const first = formats.find((each) => each.format_id === formatId.slice(0, cut));
    const second = formats.find((each) => each.format_id === formatId.slice(cut + 1));
    if (first && second) return [first, second];
  }
  return [];
}

/** A picture without sound is joined with the best sound of its kind. */
export function withSound(format, presets, formats) {
  if (format.kind !== "video") return format.format_id;
  const joined = presets
    .map((preset) => partsOf(preset.format_id, formats))
    .find((parts) => parts.length === 2 && (parts[0].container === "webm") === (format.container === "webm"));
  const sound =
    joined?.[1] ??
    formats.find((each) => each.kind === "audio" && each.container !== "webm") ??
    formats.find((each) => each.kind === "audio");
  return sound ? `${format.format_id}+${sound.format_id}` : format.format_id;
}

/** Languages that the sound can be had in, those of the best files first. */
export function soundLanguages(formats) {
  const sounds = formats.filter((each) => each.kind === "audio" && each.audio_language);
  return [...new Set(sounds.map((each) => each.audio_language))];
}

/** The choice with its sound, where that is a file of its own, in a language. */
export function inLanguage(formatId, language, formats) {
  const parts = partsOf(formatId, formats);
  const sound = parts.at(-1);
  if (sound?.kind !== "audio" || !language || sound.audio_language === language) return formatId;
  const fitting = formats.filter((each) => each.kind === "audio" && each.audio_language === language);
  const other = fitting.find((each) => each.container === sound.container) ?? fitting[0];
  if (!other) return formatId;
  return [...parts.slice(0, -1), other].map((each) => each.format_id).join("+");
}

/** "en" as people call it. */
export function languageName(tag) {
  if (!tag) return "";
  try {
    return new Intl.DisplayNames(undefined, { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** What will be fetched, in one line. */
export function choiceLine(formatId, formats) {
  const parts = partsOf(formatId, formats);
  if (parts.length === 0) return "";
  const size = parts.every((part) => part.size_bytes != null)
    ? formatSize(parts.reduce((sum, part) => sum + part.size_bytes, 0))
    : t("size unknown");
  const codecs = parts.flatMap((part) => [part.video_codec, part.audio_codec]);
  const names = [...new Set(codecs.filter(Boolean).map(codecName))].join(" + ");
  const language = parts.length > 1 ? languageName(parts[1].audio_language) : "";
  return [resolutionOf(parts[0]), names, language, size].filter(Boolean).join(" · ");
}
