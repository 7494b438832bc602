/** Which languages an engine can be asked for, and why not the others. Pure. */
import { t } from "../shared/i18n.js";

const ANY = "*";

/** Every language of any engine, by name. @returns {Map<string, string>} */
export function languageNames(engines) {
  const found = new Map([["en", "English"]]);
  for (const engine of engines) {
    for (const { code, name } of engine.languages) found.set(code, name);
  }
  return new Map([...found].sort(([, a], [, b]) => a.localeCompare(b)));
}

/** @returns {boolean} whether `engine` speaks `target` over `source` */
export function canDub(engine, source, target) {
  const own = engine.languages.some(({ code }) => code === target);
  if (!own || source === target) return false;
  if (source === "auto") return engine.detects_language;
  const targets = engine.sources[source] ?? engine.sources[ANY] ?? [];
  return targets.includes(ANY) || targets.includes(target);
}

/** What may be chosen as spoken in the video. @returns {string[]} codes, "auto" first */
export function sourcesOf(engine) {
  const named = Object.keys(engine.sources).filter((code) => code !== ANY);
  const all = ANY in engine.sources ? engine.languages.map(({ code }) => code) : [];
  const codes = [...new Set([...named, ...all])];
  return engine.detects_language ? ["auto", ...codes] : codes;
}

/**
 * @returns {{code: string, name: string, can: boolean, why: string}[]} all languages,
 *   with the reason where the engine cannot
 */
export function targetsOf(engine, engines, source) {
  const names = languageNames(engines);
  return [...names].map(([code, name]) => {
    const can = canDub(engine, source, code);
    return { code, name, can, why: can ? "" : whyNot(engine, engines, source, code, name) };
  });
}

function whyNot(engine, engines, source, code, name) {
  if (source === code) return t("{name}: it is spoken already.", { name });
  const others = engines.filter((each) => each !== engine && canDub(each, source, code));
  const reason = engine.languages.some((each) => each.code === code)
    ? t("{name}: {engine} cannot translate into it from this language.", { name, engine: engine.label })
    : t("{name}: {engine} does not speak it here.", { name, engine: engine.label });
  if (others.length === 0) return reason;
  return `${reason} ${t("{engine} can.", { engine: others.map((each) => each.label).join(", ") })}`;
}

/** What stands in the way of using an engine. @returns {"" | "unavailable" | "key"} */
export function hindrance(engine) {
  if (!engine.is_available) return "unavailable";
  return engine.needs_key && !engine.has_key ? "key" : "";
}
