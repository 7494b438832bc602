import assert from "node:assert/strict";
import { test } from "node:test";
import { createPreferences, merged } from "../../../static/src/shared/preferences.js";

function memory() {
  const kept = new Map();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  };
}

/** A server that can be away. */
function server(values = {}) {
  const self = {
    values,
    away: false,
    asked: [],
    send: async (path, { method = "GET", body } = {}) => {
      self.asked.push(method);
      if (self.away) throw new Error("away");
      if (method === "PATCH") self.values = merged(self.values, body);
      return self.values;
    },
  };
  return self;
}

test("a choice holds at once and reaches the server", async () => {
  const there = server({ theme: "system", player: { speed: 1, volume: 1 } });
  const mine = createPreferences({ storage: memory(), send: there.send });
  const sent = mine.change({ player: { speed: 2 } });
  assert.equal(mine.get().player.speed, 2);
  await sent;
  assert.deepEqual(there.values.player, { speed: 2, volume: 1 });
  assert.equal(mine.get().player.volume, 1);
});

test("what could not be sent is sent by the next page", async () => {
  const there = server({ theme: "system" });
  const storage = memory();
  there.away = true;
  await createPreferences({ storage, send: there.send }).change({ theme: "dark" });
  there.away = false;
  const next = createPreferences({ storage, send: there.send });
  assert.equal(next.get().theme, "dark");
  await next.refresh();
  assert.equal(there.values.theme, "dark");
});

test("what another device chose arrives, at most every ten minutes", async () => {
  const there = server({ theme: "dark" });
  let time = 10 ** 12;
  const mine = createPreferences({ storage: memory(), send: there.send, now: () => time });
  await mine.refresh();
  assert.equal(mine.get().theme, "dark");
  there.values = { theme: "light" };
  await mine.refresh();
  assert.equal(mine.get().theme, "dark");
  time += 11 * 60_000;
  await mine.refresh();
  assert.equal(mine.get().theme, "light");
  assert.equal(there.asked.length, 2);
});

test("a choice made while another is on its way is not lost", async () => {
  const there = server({ theme: "system", player: { speed: 1 } });
  const mine = createPreferences({ storage: memory(), send: there.send });
  await Promise.all([mine.change({ theme: "dark" }), mine.change({ player: { speed: 2 } })]);
  await mine.refresh();
  assert.equal(mine.get().theme, "dark");
  assert.equal(mine.get().player.speed, 2);
  assert.equal(there.values.theme, "dark");
  assert.equal(there.values.player.speed, 2);
});

test("storage that is forbidden or broken does no harm", async () => {
  const broken = { getItem: () => "{", setItem: () => { throw new Error("full"); } };
  for (const storage of [null, broken]) {
    const mine = createPreferences({ storage, send: server().send });
    await mine.change({ theme: "dark" });
    assert.equal(mine.get().theme, "dark");
  }
});
