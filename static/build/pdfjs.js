/**
 * Copies what pdf.js loads by itself: its worker, character maps, fonts, decoders.
 *
 * The folder carries the version, so that a page never meets another's worker.
 * The scripting sandbox stays behind: no script of a document is ever run.
 */
import { cp, mkdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

const WORKERS = ["pdf.worker.min.mjs"];
const FOLDERS = ["cmaps", "standard_fonts", "wasm", "iccs"];
const LEFT_OUT = /^quickjs|_QUICKJS$|_nowasm_fallback\.js$/;

/**
 * @param {{root: string, dist: string}} paths
 * @returns {Promise<void>} writes dist/pdfjs-{version}/
 */
export async function buildPdfjs({ root, dist }) {
  const source = join(root, "node_modules/pdfjs-dist");
  const { version } = JSON.parse(await readFile(join(source, "package.json"), "utf8"));
  const target = join(dist, `pdfjs-${version}`);
  await mkdir(target, { recursive: true });
  const filter = (path) => !LEFT_OUT.test(basename(path));
  await Promise.all([
    ...WORKERS.map((name) => cp(join(source, "legacy/build", name), join(target, name))),
    ...FOLDERS.map((name) => cp(join(source, name), join(target, name), { recursive: true, filter })),
    cp(join(source, "LICENSE"), join(target, "LICENSE")),
  ]);
}
