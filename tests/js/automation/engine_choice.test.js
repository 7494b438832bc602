import assert from "node:assert/strict";
import { test } from "node:test";
import {
  canDub,
  hindrance,
  languageNames,
  sourcesOf,
  targetsOf,
} from "../../../static/src/automation/engine_choice.js";

const local = {
  name: "local",
  label: "Local",
  languages: [{ code: "es", name: "Spanish" }, { code: "ca", name: "Catalan" }],
  sources: { en: ["es", "ca"] },
  detects_language: false,
  is_available: true,
  needs_key: false,
  has_key: true,
};
const paid = {
  name: "elevenlabs",
  label: "ElevenLabs",
  languages: [
    { code: "de", name: "German" },
    { code: "en", name: "English" },
    { code: "es", name: "Spanish" },
  ],
  sources: { "*": ["*"] },
  detects_language: true,
  is_available: true,
  needs_key: true,
  has_key: false,
};
const engines = [local, paid];

test("an engine dubs only the pairs it lists, never a language into itself", () => {
  assert.equal(canDub(local, "en", "es"), true);
  assert.equal(canDub(local, "en", "de"), false);
  assert.equal(canDub(local, "auto", "es"), false);
  assert.equal(canDub(paid, "es", "de"), true);
  assert.equal(canDub(paid, "es", "es"), false);
  assert.equal(canDub(paid, "auto", "de"), true);
});

test("only an engine that finds the language offers to", () => {
  assert.deepEqual(sourcesOf(local), ["en"]);
  assert.deepEqual(sourcesOf(paid), ["auto", "de", "en", "es"]);
});

test("a language that cannot be chosen says why, and who could", () => {
  const german = targetsOf(local, engines, "en").find(({ code }) => code === "de");
  assert.equal(german.can, false);
  assert.equal(german.why, "German: Local does not speak it here. ElevenLabs can.");
  const english = targetsOf(local, engines, "en").find(({ code }) => code === "en");
  assert.equal(english.why, "English: it is spoken already.");
  const catalan = targetsOf(paid, engines, "de").find(({ code }) => code === "ca");
  assert.equal(catalan.why, "Catalan: ElevenLabs does not speak it here.");
});

test("languages of all engines come by name", () => {
  assert.deepEqual([...languageNames(engines).values()], ["Catalan", "English", "German", "Spanish"]);
});

test("what is not installed hinders before what has no key", () => {
  assert.equal(hindrance(local), "");
  assert.equal(hindrance(paid), "key");
  assert.equal(hindrance({ ...paid, is_available: false }), "unavailable");
});
