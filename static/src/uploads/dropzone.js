/** Files dropped or pasted anywhere on the page. */
import { filesOf } from "./dropped_files.js";

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
const typing = (element) => element?.closest?.("input, textarea, [contenteditable]");

/**
 * @param {{onFiles: (files: File[]) => void, onDragging: (dragging: boolean) => void,
 *   signal: AbortSignal}} options
 */
export function catchDrops({ onFiles, onDragging, signal }) {
  // dragenter and dragleave fire for every child; only their balance counts.
  let depth = 0;
  const on = (type, handler) => document.addEventListener(type, handler, { signal });

  on("dragenter", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    onDragging(true);
  });
  on("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
  });
  on("dragleave", (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) onDragging(false);
  });
  on("drop", async (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth = 0;
    onDragging(false);
    onFiles(await filesOf(event.dataTransfer));
  });
  on("paste", (event) => {
    if (typing(event.target)) return;
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) onFiles(files);
  });
}
