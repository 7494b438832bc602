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

/**
 * Tracks to wish for where nobody has looked yet: words that a person wrote, and those
 * that a machine did.
 * @param {string} language or "" for none
 */
export function tracksIn(language) {
  if (!language) return [];
  return [false, true].map((automatic) => ({ language, automatic }));
}

/** The one the browser is set to, if it is among them. */
export function ownLanguage() {
  const own = navigator.language.split("-")[0];
  return LANGUAGES.includes(own) ? own : "en";
}
