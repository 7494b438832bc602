/**
 * Builds static/src into static/dist: scripts, styles, icons, fonts, images.
 *
 * `node static/build/build.js` makes a release; `--watch` rebuilds as files
 * change and keeps source maps. Nothing here reaches the network.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { buildFonts } from "./fonts.js";
import { buildIcons } from "./icons.js";
import { buildPdfjs } from "./pdfjs.js";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const SRC = join(ROOT, "static/src");
const DIST = join(ROOT, "static/dist");
const JASSUB = join(ROOT, "node_modules/jassub/dist");
const watching = process.argv.includes("--watch");

/** One entry for each page, named by the template that loads it. */
const PAGES = [
  "shared/app",
  "uploads/tray",
  "uploads/library",
  "uploads/asset_detail",
  "downloads/downloads",
  "webhooks/webhooks",
  "automation/list",
  "automation/new_dub",
  "automation/job",
  "downloads/subscriptions",
  "downloads/statistics",
  "downloads/settings",
  "projects/list",
  "projects/editor",
  "pdfeditor/list",
  "pdfeditor/editor",
];

/** Runs before the first paint, so it is a classic script, not a module. */
const BLOCKING = ["shared/theme"];

const common = {
  bundle: true,
  outdir: DIST,
  outbase: SRC,
  target: ["chrome111", "firefox121", "safari16.4"],
  minify: !watching,
  sourcemap: watching ? "inline" : false,
  logLevel: "warning",
  legalComments: "none",
};

const entries = (names) => names.map((name) => join(SRC, `${name}.js`));

const bundles = [
  {
    ...common,
    entryPoints: entries(PAGES),
    format: "esm",
    splitting: true,
    chunkNames: "chunks/[name]-[hash]",
  },
  { ...common, entryPoints: entries(BLOCKING), format: "iife" },
  // The text engine's worker, with its program beside it.
  {
    ...common,
    entryPoints: [{ in: join(JASSUB, "worker/worker.js"), out: "jassub/worker" }],
    outbase: undefined,
    format: "esm",
  },
];

/** Tailwind's own command; resolves when it ends, which in watch mode is never. */
function buildStyles() {
  const cli = join(ROOT, "node_modules/@tailwindcss/cli/dist/index.mjs");
  const args = [cli, "-i", join(SRC, "css/app.css"), "-o", join(DIST, "app.css")];
  args.push(watching ? "--watch=always" : "--minify");
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: ["ignore", "inherit", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
      if (watching) process.stderr.write(chunk);
    });
    child.on("error", fail);
    child.on("close", (code) =>
      code === 0 ? done() : fail(new Error(`tailwindcss failed:\n${complaint}`)),
    );
  });
}

if (!watching) await rm(DIST, { recursive: true, force: true });
await mkdir(DIST, { recursive: true });
await Promise.all([
  buildIcons({ root: ROOT, dist: DIST }),
  buildFonts({ root: ROOT, dist: DIST }),
  buildPdfjs({ root: ROOT, dist: DIST }),
  cp(join(SRC, "images"), join(DIST, "images"), { recursive: true }),
  cp(join(JASSUB, "wasm/jassub-worker.wasm"), join(DIST, "jassub/jassub-worker.wasm")),
]);
if (watching) {
  for (const options of bundles) {
    const context = await esbuild.context({ ...options, logLevel: "info" });
    await context.watch();
  }
  await buildStyles();
} else {
  await Promise.all([...bundles.map((options) => esbuild.build(options)), buildStyles()]);
}
