import assert from "node:assert/strict";
import { before, test } from "node:test";

let complaintAbout;

before(async () => {
  // The module listens to clicks on the page as it loads.
  globalThis.document = new EventTarget();
  document.getElementById = () => null;
  ({ complaintAbout } = await import("../../../static/src/uploads/link_form.js"));
});

test("only addresses of the web are fetched", () => {
  assert.equal(complaintAbout("https://example.org/a.mp4"), null);
  assert.equal(complaintAbout("http://example.org"), null);
  assert.match(complaintAbout(""), /Paste/);
  assert.match(complaintAbout("example.org/a.mp4"), /https:\/\//);
  assert.match(complaintAbout("file:///etc/passwd"), /http/);
  assert.match(complaintAbout("javascript:alert(1)"), /http/);
});
