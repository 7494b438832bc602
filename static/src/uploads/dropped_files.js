/** The files of a drop, folders opened. */

const MOST_FILES = 2_000;

const entriesOf = (reader) =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** Files such as .DS_Store are left where they are. */
const isHidden = (name) => name.startsWith(".") || name === "Thumbs.db" || name === "desktop.ini";

async function collect(entry, found) {
  if (found.length >= MOST_FILES || isHidden(entry.name)) return;
  if (entry.isFile) {
    found.push(await fileOf(entry));
    return;
  }
  const reader = entry.createReader();
  // A reader gives some entries at a time, and none at the end.
  for (let batch = await entriesOf(reader); batch.length > 0; batch = await entriesOf(reader)) {
    for (const child of batch) await collect(child, found);
  }
}

/**
 * @param {DataTransfer} transfer read at once: it is empty after the event
 * @returns {Promise<File[]>}
 */
export async function filesOf(transfer) {
  const plain = [...transfer.files];
  const entries = [...(transfer.items ?? [])]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return plain;
  const found = [];
  for (const entry of entries) if (entry) await collect(entry, found);
  return found;
}
