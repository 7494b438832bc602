/** The captions of one asset: which there are, and adding and removing files. */
import { icon, show } from "../shared/dom.js";
import { t } from "../shared/i18n.js";
import { LANGUAGES, languageOptions, ownLanguage } from "../shared/languages.js";

const MAX_FILE_BYTES = 4_000_000;

/** The text of a subtitle file; many old ones are not UTF-8. */
export function decodeSubtitles(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const name = isUtf16 ? (bytes[0] === 0xff ? "utf-16le" : "utf-16be") : "windows-1252";
    return new TextDecoder(name).decode(bytes);
  }
}

/** @returns {string} the language that a name such as "film.de.srt" speaks of, or "" */
export function languageOf(fileName) {
  const named = /[._-]([a-z]{2,3}(?:-[a-z]{2,4})?)\.(?:srt|vtt)$/i.exec(fileName)?.[1] ?? "";
  return LANGUAGES.find((one) => one.toLowerCase() === named.toLowerCase()) ?? "";
}

export class CaptionsList {
  /**
   * @param {HTMLElement} section
   * @param {{add: (body: object) => Promise<void>, remove: (id: string) => Promise<void>,
   *   refuse: (message: string) => void}} hooks
   */
  constructor(section, hooks) {
    this.section = section;
    this.hooks = hooks;
    this.list = section.querySelector("ul");
    this.select = section.querySelector("select");
    this.file = section.querySelector("input[type='file']");
    this.select.replaceChildren(...languageOptions());
    this.select.value = ownLanguage();
    this.file.addEventListener("change", () => this.#send());
    section.querySelector("[data-do='add']").addEventListener("click", () => this.file.click());
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) hooks.remove(button.dataset.caption);
    });
  }

  async #send() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    if (file.size > MAX_FILE_BYTES) {
      this.hooks.refuse(t("This is too large for subtitles. Choose an SRT or WebVTT file."));
      return;
    }
    const text = decodeSubtitles(new Uint8Array(await file.arrayBuffer()));
    const language = languageOf(file.name) || this.select.value;
    await this.hooks.add({ language, label: "", text });
  }

  /** @param {{id: string, label: string, language: string, automatic: boolean}[]} captions */
  paint(captions) {
    const rows = captions.map(({ id, label, language, automatic }) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "clip-line";
      name.textContent = label;
      const note = document.createElement("span");
      note.className = "row-sub";
      note.textContent = automatic ? t("{language}, automatic", { language }) : language;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "icon-button icon-button-s";
      remove.dataset.caption = id;
      remove.setAttribute("aria-label", t("Remove the captions {label}", { label }));
      remove.append(icon("trash-2", "icon-s"));
      row.append(name, note, remove);
      return row;
    });
    this.list.replaceChildren(...rows);
    show(this.list, rows.length > 0);
  }
}
