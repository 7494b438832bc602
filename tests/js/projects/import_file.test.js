import assert from "node:assert/strict";
import { test } from "node:test";
import { importBody } from "../../../static/src/projects/import_file.js";

test("a timeline goes as text, a zip in base64", async () => {
  const timeline = new File(['{"OTIO_SCHEMA": "Timeline.1"}'], "Cut.OTIO");
  assert.deepEqual(await importBody(timeline), {
    format: "otio", content: '{"OTIO_SCHEMA": "Timeline.1"}',
  });
  const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => at % 256);
  const { format, content } = await importBody(new File([bytes], "trip.zip"));
  assert.equal(format, "zip");
  assert.deepEqual(new Uint8Array(Buffer.from(content, "base64")), bytes);
});

test("what cannot be a project is refused before it is sent", async () => {
  await assert.rejects(importBody(new File(["x"], "clip.mp4")), /Choose an OpenTimelineIO file/);
  const large = { name: "holiday.zip", size: 6_000_000 };
  await assert.rejects(importBody(large), /“holiday.zip” is too large/);
});
