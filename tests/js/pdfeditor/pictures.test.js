import assert from "node:assert/strict";
import { before, beforeEach, test } from "node:test";
import { ApiError, OfflineError } from "../../../static/src/shared/http.js";
import { idOf, Pictures } from "../../../static/src/pdfeditor/pictures.js";

let kept;
let sent;
let answer;

const PICTURE = new Blob(["a picture"], { type: "image/png" });
const stored = (image) => ({ image, image_type: "png", image_url: "/there", width: 9, height: 6 });

function visit() {
  return new Pictures({
    send: async (blob) => {
      sent.push(blob);
      return answer(blob);
    },
    measure: async () => ({ width: 9, height: 6 }),
    keeper: {
      put: (id, blob) => kept.set(id, blob),
      drop: (id) => kept.delete(id),
      all: async () => [...kept],
    },
  });
}

before(() => {
  globalThis.document ??= { getElementById: () => null };
});

beforeEach(() => {
  kept = new Map();
  sent = [];
  answer = async (blob) => stored(await idOf(blob));
});

const offline = async () => {
  throw new OfflineError(new Error("gone"));
};

test("with a network the server takes it at once", async () => {
  const added = await visit().add(PICTURE);
  assert.equal(added.image_url, "/there");
  assert.equal(kept.size, 0);
});

test("without one it is kept, shown, and sent before its annotation", async () => {
  answer = offline;
  const pictures = visit();
  const added = await pictures.add(PICTURE);
  assert.match(added.image, /^[0-9a-f]{32}$/);
  assert.equal(added.image_type, "png");
  assert.match(added.image_url, /^blob:/);
  assert.deepEqual([...kept.keys()], [added.image]);
  await assert.rejects(pictures.sendFor([{ id: "a", image: added.image }]), OfflineError);
  assert.equal(kept.size, 1);
  answer = async () => stored(added.image);
  await pictures.sendFor([{ id: "a", image: added.image }, { id: "b" }]);
  assert.equal(kept.size, 0);
  const before = sent.length;
  await pictures.sendFor([{ id: "a", image: added.image }]);
  assert.equal(sent.length, before);
});

test("the next visit goes on with it", async () => {
  answer = offline;
  const { image } = await visit().add(PICTURE);
  answer = async () => stored(image);
  const later = visit();
  const urls = await later.restore();
  assert.match(urls.get(image), /^blob:/);
  await later.sendFor([{ id: "a", image }]);
  assert.equal(await sent.at(-1).text(), "a picture");
  assert.equal(kept.size, 0);
});

test("one that is refused does not hold up the others", async () => {
  answer = offline;
  const pictures = visit();
  const { image } = await pictures.add(PICTURE);
  answer = async () => {
    throw new ApiError(400, { detail: "No picture." });
  };
  await assert.rejects(visit().add(PICTURE), ApiError);
  await pictures.sendFor([{ id: "a", image }]);
  assert.equal(kept.size, 1);
});
