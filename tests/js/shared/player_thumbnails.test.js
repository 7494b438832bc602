import assert from "node:assert/strict";
import { test } from "node:test";
import {
  parseThumbnails,
  thumbnailAt,
} from "../../../static/src/shared/player/thumbnails.js";

const BASE = "https://cdn.example.org/token/asset/thumbnails.vtt?x=1";
const INDEX = `WEBVTT

00:00:00.000 --> 00:00:04.000
thumbnails/sheet-001.jpg#xywh=0,0,160,90

2
00:04.000 --> 00:08.000 align:start
thumbnails/sheet-001.jpg#xywh=pixel:160,0,160,90

01:00:00.000 --> 01:00:04.000
/other/sheet-002.jpg#xywh=0,90,160,90
`;

test("sheets are found relative to the index", () => {
  const found = parseThumbnails(INDEX, BASE);
  assert.equal(found.length, 3);
  assert.deepEqual(found[1], {
    start: 4,
    end: 8,
    url: "https://cdn.example.org/token/asset/thumbnails/sheet-001.jpg",
    x: 160,
    y: 0,
    width: 160,
    height: 90,
  });
  assert.equal(found[2].start, 3600);
  assert.equal(found[2].url, "https://cdn.example.org/other/sheet-002.jpg");
});

test("Windows line ends and a byte order mark change nothing", () => {
  assert.equal(parseThumbnails(`\uFEFF${INDEX.replaceAll("\n", "\r\n")}`, BASE).length, 3);
});

test("what cannot be read is left out", () => {
  assert.deepEqual(parseThumbnails("<html>", BASE), []);
  assert.deepEqual(parseThumbnails("", BASE), []);
  const odd = `WEBVTT

00:00:04.000 --> 00:00:02.000
a.jpg#xywh=0,0,1,1

00:00:00.000 --> 00:00:02.000
a.jpg

99:99 --> nonsense
a.jpg#xywh=0,0,1,1`;
  assert.deepEqual(parseThumbnails(odd, BASE), []);
});

test("each moment has the picture that began last", () => {
  const found = parseThumbnails(INDEX, BASE);
  assert.equal(thumbnailAt(found, 0).x, 0);
  assert.equal(thumbnailAt(found, 3.99).x, 0);
  assert.equal(thumbnailAt(found, 4).x, 160);
  assert.equal(thumbnailAt(found, 9999).y, 90);
  assert.equal(thumbnailAt([], 1), null);
});
