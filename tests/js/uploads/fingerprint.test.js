import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { fingerprintOf } from "../../../static/src/uploads/fingerprint.js";

const MIB = 1024 * 1024;

function bytesOf(size) {
  const bytes = Buffer.alloc(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (index * 31) % 251;
  return bytes;
}

test("it is the SHA-256 of the size and three samples", async () => {
  const bytes = bytesOf(5 * MIB + 7);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(bytes.length));
  const last = bytes.length - MIB;
  const middle = Math.floor(last / 2);
  const expected = createHash("sha256")
    .update(size)
    .update(bytes.subarray(0, MIB))
    .update(bytes.subarray(middle, middle + MIB))
    .update(bytes.subarray(last))
    .digest("hex");
  assert.equal(await fingerprintOf(new Blob([bytes])), expected);
});

test("size, beginning, middle and end all count", async () => {
  const prints = new Set();
  const bytes = bytesOf(4 * MIB);
  prints.add(await fingerprintOf(new Blob([bytes])));
  prints.add(await fingerprintOf(new Blob([bytes, "x"])));
  for (const place of [0, 2 * MIB, bytes.length - 1]) {
    const other = Buffer.from(bytes);
    other[place] ^= 1;
    prints.add(await fingerprintOf(new Blob([other])));
  }
  assert.equal(prints.size, 5);
});

test("small files are taken whole", async () => {
  const one = await fingerprintOf(new Blob(["a"]));
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.notEqual(one, await fingerprintOf(new Blob(["b"])));
});

test("a file that cannot be read says so by name", async () => {
  const broken = { name: "gone.mp4", size: 10, slice: () => "" };
  const real = globalThis.Blob;
  globalThis.Blob = class {
    arrayBuffer = () => Promise.reject(new DOMException("moved", "NotReadableError"));
  };
  try {
    await assert.rejects(fingerprintOf(broken), /gone\.mp4.*cannot be read/);
  } finally {
    globalThis.Blob = real;
  }
});
