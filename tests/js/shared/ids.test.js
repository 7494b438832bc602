import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { newId } from "../../../static/src/shared/ids.js";

test("ids are UUIDs of version 4, each another", () => {
  const ids = Array.from({ length: 100 }, newId);
  assert.equal(new Set(ids).size, 100);
  for (const id of ids) {
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
});

test("nothing asks the browser for ids, which it gives on secure pages only", () => {
  const source = join(import.meta.dirname, "../../../static/src");
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith(".js"));
  const asking = files.filter((name) => /randomUUID\(/.test(readFileSync(join(source, name), "utf8")));
  assert.deepEqual(asking, []);
});
