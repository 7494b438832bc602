/** Builds one SVG sprite from Lucide (ISC licence) and our own marks. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Every icon a template or a script may name; a missing one fails the build. */
const LUCIDE = [
  "activity", "align-center", "align-left", "align-right", "arrow-down", "arrow-left", "arrow-right", "ban", "bold", "bookmark", "audio-lines", "arrow-up-to-line", "chart-column", "file-down", "rss",
  "captions", "check", "chevron-down", "chevron-left", "chevron-right",
  "circle-alert", "circle-check", "circle-help", "clapperboard", "clock", "copy",
  "download", "ellipsis", "external-link", "file-video", "film", "fold-horizontal", "folder-open",
  "calendar", "gauge", "image", "info", "italic", "key-round", "keyboard", "languages", "layers",
  "layout-grid", "library", "link", "link-2", "list", "loader-circle", "log-out", "magnet", "maximize",
  "minimize", "minus", "monitor", "moon", "move", "music", "palette", "panel-right",
  "pause", "pencil", "picture-in-picture-2", "play", "plus", "redo-2",
  "refresh-cw", "rotate-ccw", "save", "scissors", "search", "settings",
  "shield", "skip-back", "skip-forward", "sliders-horizontal", "square",
  "step-back", "step-forward", "sun", "sun-moon", "trash-2", "type",
  "underline", "undo-2",
  "upload", "user", "volume-1", "volume-2", "volume-x", "wifi-off", "x",
  "zoom-in", "zoom-out",
  "align-center-horizontal", "align-center-vertical", "align-end-horizontal",
  "align-end-vertical", "align-horizontal-distribute-center", "align-left", "align-right",
  "align-start-horizontal", "align-start-vertical", "align-vertical-distribute-center",
  "bring-to-front", "brush", "chevron-up", "circle", "contrast", "copy-plus", "eraser",
  "file", "file-output", "file-plus", "file-stack", "file-text", "file-up",
  "highlighter", "history", "image-plus", "lock", "mouse-pointer-2", "move-up-right",
  "panel-left", "pen-line", "pentagon", "rotate-cw", "rows-3", "send-to-back", "shapes",
  "shield-check", "signature", "slash", "split", "stamp", "sticky-note", "strikethrough",
];

/** Our own, on the same 24-unit grid. */
const OWN = {
  "bracket-in": '<path d="M11 4H6v16h5"/><path d="M12 12h8"/><path d="m16 8-4 4 4 4"/>',
  squiggly: '<path d="M6 4v6a6 6 0 0 0 12 0V4"/><path d="m4 20 2.7-2 2.6 2 2.7-2 2.7 2 2.6-2 2.7 2"/>',
  "bracket-out": '<path d="M13 4h5v16h-5"/><path d="M12 12H4"/><path d="m8 8 4 4-4 4"/>',
};

const symbol = (name, body) => `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;

const SHAPES = /<svg[^>]*>([\s\S]*)<\/svg>/;

/**
 * @param {{root: string, dist: string}} paths
 * @returns {Promise<void>} writes dist/icons.svg
 */
export async function buildIcons({ root, dist }) {
  const symbols = await Promise.all(
    LUCIDE.map(async (name) => {
      const file = join(root, "node_modules/lucide-static/icons", `${name}.svg`);
      const shapes = SHAPES.exec(await readFile(file, "utf8"));
      if (!shapes) throw new Error(`${file} is not an SVG icon`);
      const body = shapes[1].replaceAll(/\s+/g, " ").replaceAll("> <", "><").trim();
      return symbol(name, body);
    }),
  );
  for (const [name, body] of Object.entries(OWN)) symbols.push(symbol(name, body));
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(join(dist, "icons.svg"), sprite);
}
