/**
 * Copies the fonts and writes dist/fonts/fonts.json.
 *
 * The same TTF files draw titles in the browser preview and in the renderer, so
 * the list also carries the measures both need to agree on size and line height.
 */
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Title families, as their packages in @expo-google-fonts are named. */
const FAMILIES = [
  "inter",
  "archivo",
  "montserrat",
  "oswald",
  "bebas-neue",
  "playfair-display",
  "lora",
  "caveat",
  "jetbrains-mono",
  "noto-sans",
];

const FACES = [
  { folder: "400Regular", weight: 400, style: "normal" },
  { folder: "400Regular_Italic", weight: 400, style: "italic" },
  { folder: "700Bold", weight: 700, style: "normal" },
  { folder: "700Bold_Italic", weight: 700, style: "italic" },
];

/** The interface's own faces: variable woff2, latin and latin-ext. */
const INTERFACE = [
  "archivo/files/archivo-latin-wdth-normal.woff2",
  "archivo/files/archivo-latin-ext-wdth-normal.woff2",
  "jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
];

const WINDOWS_PLATFORM = 3;
const FAMILY_NAME_ID = 1;

/** @param {Buffer} font @returns {Map<string, number>} table tag to offset */
function tableOffsets(font) {
  const offsets = new Map();
  const count = font.readUInt16BE(4);
  for (let index = 0; index < count; index += 1) {
    const record = 12 + index * 16;
    offsets.set(font.toString("latin1", record, record + 4), font.readUInt32BE(record + 8));
  }
  return offsets;
}

/** @param {Buffer} font @param {number} names offset of the name table */
function familyName(font, names) {
  const count = font.readUInt16BE(names + 2);
  const strings = names + font.readUInt16BE(names + 4);
  for (let index = 0; index < count; index += 1) {
    const record = names + 6 + index * 12;
    const platform = font.readUInt16BE(record);
    if (platform !== WINDOWS_PLATFORM) continue;
    if (font.readUInt16BE(record + 6) !== FAMILY_NAME_ID) continue;
    const start = strings + font.readUInt16BE(record + 10);
    const bytes = font.subarray(start, start + font.readUInt16BE(record + 8));
    return Buffer.from(bytes).swap16().toString("utf16le");
  }
  throw new Error("the font has no family name");
}

/**
 * Reads what the preview and the renderer must agree on (OpenType `head`, `OS/2`).
 *
 * @param {Buffer} font a TrueType file
 * @returns {{family: string, units_per_em: number, win_ascent: number, win_descent: number}}
 */
export function measureFont(font) {
  const tables = tableOffsets(font);
  return {
    family: familyName(font, tables.get("name")),
    units_per_em: font.readUInt16BE(tables.get("head") + 18),
    win_ascent: font.readUInt16BE(tables.get("OS/2") + 74),
    win_descent: font.readUInt16BE(tables.get("OS/2") + 76),
  };
}

async function copyFamily({ source, target, name }) {
  const base = join(source, name);
  const stem = name.split("-").map((word) => word[0].toUpperCase() + word.slice(1)).join("");
  const files = [];
  let family = "";
  for (const { folder, weight, style } of FACES) {
    const camel = name === "jetbrains-mono" ? "JetBrainsMono" : stem;
    const file = `${camel}_${folder}.ttf`;
    let bytes;
    try {
      bytes = await readFile(join(base, folder, file));
    } catch (error) {
      if (error.code === "ENOENT") continue;
      throw error;
    }
    const { family: named, ...metrics } = measureFont(bytes);
    family = named;
    await writeFile(join(target, file), bytes);
    files.push({ file, weight, style, ...metrics });
  }
  if (files.length === 0) throw new Error(`no faces found for ${name}`);
  await copyFile(join(base, "LICENSE_FONT"), join(target, `${stem}.LICENSE.txt`));
  return { family, files };
}

/**
 * @param {{root: string, dist: string}} paths
 * @returns {Promise<void>} writes dist/fonts/
 */
export async function buildFonts({ root, dist }) {
  const target = join(dist, "fonts");
  await mkdir(target, { recursive: true });
  const source = join(root, "node_modules/@expo-google-fonts");
  const families = await Promise.all(
    FAMILIES.map((name) => copyFamily({ source, target, name })),
  );
  await writeFile(join(target, "fonts.json"), `${JSON.stringify(families, null, 1)}\n`);
  for (const path of INTERFACE) {
    const file = path.split("/").at(-1);
    await copyFile(join(root, "node_modules/@fontsource-variable", path), join(target, file));
  }
}
