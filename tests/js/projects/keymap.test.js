import assert from "node:assert/strict";
import { test } from "node:test";
import { chordOf, COMMANDS, keymap, keyName, rebind } from "../../../static/src/projects/keymap.js";

test("no two commands have the same key", () => {
  const keys = COMMANDS.flatMap((command) => command.keys);
  assert.equal(new Set(keys).size, keys.length);
});

test("keys are told apart by what is held with them", () => {
  const press = (key, held = {}) => chordOf({ key, ...held });
  assert.equal(press("Z", { ctrlKey: true, shiftKey: true }), "ctrl+shift+z");
  assert.equal(press("z", { metaKey: true }), "ctrl+z");
  assert.equal(press("?", { shiftKey: true }), "?");
  assert.equal(press(" "), "space");
  assert.equal(press("Shift"), null);
});

test("a key goes from one command to another, and the defaults come back", () => {
  const own = rebind({}, "split", "k");
  const map = keymap(own);
  assert.equal(map.get("k"), "split");
  assert.equal(map.get("s"), undefined);
  assert.deepEqual(own["shuttle-stop"], []);
  assert.equal(keymap({}).get("s"), "split");
  assert.equal(keyName("ctrl+shift+z"), "Ctrl ⇧ Z");
  assert.equal(keyName("+"), "+");
});
