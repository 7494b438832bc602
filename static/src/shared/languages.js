/** Languages that people choose from. */

export const LANGUAGES = [
  "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi",
  "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru",
  "sk", "sl", "sr", "sv", "sw", "ta", "th", "tl", "tr", "uk", "ur", "vi", "zh", "zh-TW",
];

/** An <option> for each, by name. */
export function languageOptions() {
  const names = new Intl.DisplayNames([document.documentElement.lang || "en"], {
    type: "language",
  });
  const options = LANGUAGES.map((code) => new Option(names.of(code) ?? code, code));
  return options.sort((a, b) => a.text.localeCompare(b.text));
}

/** The one the browser is set to, if it is among them. */
export function ownLanguage() {
  const own = navigator.language.split("-")[0];
  return LANGUAGES.includes(own) ? own : "en";
}
