/** The card of a video that was looked up: choose and fetch. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { formatDuration } from "../shared/time.js";
import {
  aboutVideo,
  choiceLine,
  codecName,
  inLanguage,
  languageName,
  libraryNote,
  partsOf,
  presetLabel,
  presetNote,
  resolutionOf,
  sizeOf,
  soundLanguages,
  soundOf,
  withSound,
} from "./describing.js";

function cell(text, className = "") {
  const element = document.createElement("td");
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function radio(name, value, checked, label) {
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name, value, checked });
  if (label) input.setAttribute("aria-label", label);
  return input;
}

function presetChoice(preset, checked) {
  const label = document.createElement("label");
  label.className = "preset";
  const name = document.createElement("strong");
  name.textContent = presetLabel(preset);
  const note = document.createElement("span");
  note.className = "row-sub figures";
  note.textContent = presetNote(preset);
  label.append(radio("preset", preset.name, checked), name, note);
  return label;
}

function formatRow(format) {
  const row = document.createElement("tr");
  const pick = document.createElement("td");
  const name = `${resolutionOf(format)} ${codecName(format.video_codec || format.audio_codec)}`;
  pick.append(radio("format", format.format_id, false, name));
  const codecs = [format.video_codec, format.audio_codec].filter(Boolean).map(codecName).join(" + ");
  const hdr = format.hdr ? ` ${format.hdr}` : "";
  row.append(
    pick,
    cell(`${resolutionOf(format)}${hdr}`, "figures"),
    cell(codecs || "–"),
    cell(format.fps ? String(Math.round(format.fps * 100) / 100) : "–", "figures"),
    cell(format.container || "–"),
    cell(sizeOf(format), "figures"),
    cell(soundOf(format)),
    cell(libraryNote(format)),
  );
  return row;
}

function languageOption(language) {
  const option = document.createElement("option");
  option.value = language;
  option.textContent = languageName(language);
  return option;
}

function trackChoice(track) {
  const label = document.createElement("label");
  label.className = "check";
  const input = document.createElement("input");
  input.type = "checkbox";
  input.name = "track";
  input.dataset.language = track.language;
  input.dataset.automatic = String(track.automatic);
  const text = document.createElement("span");
  const name = track.name || track.language;
  text.textContent = track.automatic ? t("{name} (automatic)", { name }) : name;
  label.append(input, text);
  return label;
}

/**
 * @param {HTMLTemplateElement} template
 * @param {object} video as in POST downloads/inspect/
 * @param {{fetch: (body: object) => Promise<void>, close: () => void}} does
 */
export function foundVideo(template, video, does) {
  const card = fromTemplate(template);
  let formatId = video.default_format_id;
  const { formats, presets } = video;
  setText(card, "title", video.title || video.url);
  setText(card, "about", aboutVideo(video));
  const picture = field(card, "thumbnail");
  if (video.thumbnail?.startsWith("data:image/")) picture.src = video.thumbnail;
  show(picture, Boolean(video.thumbnail));
  show(field(card, "blank"), !video.thumbnail);
  setText(card, "duration", formatDuration(video.duration_ms));
  show(field(card, "duration"), video.duration_ms != null);
  setText(card, "formats-count", t("All formats ({count})", { count: formats.length }));
  const byDefault = presets.find((preset) => preset.format_id === formatId);
  field(card, "presets").append(
    ...presets.map((preset) => presetChoice(preset, preset.name === byDefault?.name)),
  );
  field(card, "formats").append(...formats.map(formatRow));
  show(field(card, "tracks-field"), video.subtitles.length > 0);
  field(card, "tracks").append(...video.subtitles.map(trackChoice));
  const chapters = video.chapters.length;
  setText(card, "chapter-count", chapters ? `(${chapters})` : t("(it has none)"));
  show(field(card, "sponsor-field"), video.extractor.toLowerCase() === "youtube");
  const languages = soundLanguages(formats);
  const select = card.querySelector("[name='language']");
  select.append(...languages.map(languageOption));
  select.value = partsOf(formatId, formats).at(-1)?.audio_language ?? "";
  show(field(card, "language-field"), languages.length > 1);
  const told = () => setText(card, "choice", choiceLine(formatId, formats));
  told();

  card.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "preset") {
      const preset = presets.find((each) => each.name === value);
      formatId = inLanguage(preset.format_id, select.value, formats);
      for (const other of card.querySelectorAll("[name='format']")) other.checked = false;
    } else if (name === "format") {
      const format = formats.find((each) => each.format_id === value);
      const whole = withSound(format, presets, formats);
      formatId = format.kind === "video" ? inLanguage(whole, select.value, formats) : whole;
      for (const other of card.querySelectorAll("[name='preset']")) other.checked = false;
    } else if (name === "language") {
      formatId = inLanguage(formatId, value, formats);
    }
    told();
  });
  card.querySelector("[data-found-close]").addEventListener("click", does.close);
  const button = card.querySelector("[data-found-fetch]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const value = (name) => card.querySelector(`[name='${name}']`).value;
    const tracks = [...card.querySelectorAll("[name='track']:checked")].map((input) => ({
      language: input.dataset.language,
      automatic: input.dataset.automatic === "true",
    }));
    await does.fetch({
      url: video.url,
      title: value("title").trim(),
      format_id: formatId,
      subtitles: tracks,
      thumbnail: card.querySelector("[name='thumbnail']").checked,
      chapters: card.querySelector("[name='chapters']").checked,
      sponsorblock: value("sponsorblock"),
      then: value("then"),
    });
    button.disabled = false;
  });
  return card;
}
