/** Entry of the editor: builds the parts and ties them together. */
import { application } from "../shared/application.js";
import { field } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { percentOf } from "../shared/jobs.js";
import { editorActions } from "./actions.js";
import { MediaBin } from "./bin.js";
import { paintChrome } from "./chrome.js";
import { EditorStore } from "./editor_store.js";
import { registerFonts } from "./fonts.js";
import { Inserting } from "./inserting.js";
import { KeptHistory } from "./kept_history.js";
import { findPart } from "./model/parts.js";
import { CaptionsPanel } from "./panels/captions_panel.js";
import { ExportMenu } from "./panels/export_menu.js";
import { Inspector } from "./panels/inspector.js";
import { ProjectPanel } from "./panels/project_panel.js";
import { RendersPanel } from "./panels/renders_panel.js";
import { Docks } from "./panels/tabs.js";
import { VersionsPanel } from "./panels/versions_panel.js";
import { ExactFrame } from "./preview/exact_frame.js";
import { StageHandles } from "./preview/handles.js";
import { Player } from "./preview/player.js";
import { Words } from "./preview/words.js";
import { Saving } from "./saving.js";
import { Shortcuts } from "./shortcuts.js";
import { TimelineGestures } from "./timeline/gestures.js";
import { Strips } from "./timeline/strips.js";
import { TimelineView } from "./timeline/timeline_view.js";

const data = pageData();
const { project, assets, playback } = data;
const root = document.querySelector("[data-editor]");
const part = (selector) => root.querySelector(selector);
const stage = (name) => part(`[data-stage="${name}"]`);
const panel = (name) => part(`[data-panel="${name}"]`);
const effectKinds = JSON.parse(document.getElementById("effect-kinds")?.textContent ?? "[]");

const kept = new KeptHistory(project.id);
const store = new EditorStore(project, { keep: (change) => kept.keep(change) });
const { dataset: urls } = part("[data-editor-root]");
registerFonts(data.fonts, urls.fonts);

const titles = (id) => assets[id]?.title ?? t("Missing file");
const sourceDuration = (id) => {
  const asset = assets[id];
  return asset && asset.kind !== "image" ? asset.duration_ms / 1000 : Infinity;
};

// --- Saving and what the server refuses ---------------------------------------

let problems = new Map();

/** "timeline.clips[3].end_time" to the part that it is about. */
function showProblems(errors) {
  const { timeline } = store;
  const kinds = { clips: "clip", audio_tracks: "audio", text_overlays: "text", transitions: "transition" };
  problems = new Map();
  for (const { field: path = "", path: other = path, message } of errors) {
    const match = /timeline\.(\w+)\[(\d+)\]/.exec(other);
    const found = match && kinds[match[1]] && timeline[match[1]]?.[Number(match[2])];
    if (found) problems.set(found.id, message);
  }
  view?.showProblems(problems);
  inspector?.paint();
}

const saving = new Saving({
  project,
  store,
  kept,
  indicator: part("[data-save-state]"),
  onProblems: (errors) => showProblems(errors),
});
const { autosave } = saving;

// --- Preview ------------------------------------------------------------------

const sourceOf = (id) => {
  const kind = assets[id]?.kind ?? "video";
  const files = playback[id];
  const url = kind === "image" ? (files?.poster ?? assets[id]?.poster_url) : files?.progressive;
  return { kind, url: url ?? null };
};

const exact = new ExactFrame({
  image: stage("exact"),
  note: stage("note"),
  button: part("[data-do='exact']"),
  store,
  projectId: project.id,
  save: () => autosave.flush(),
});
const player = new Player({
  frame: stage("frame"),
  screen: stage("screen"),
  store,
  sourceOf,
  sourceDuration,
  onProblem: (id) => void renewLink(id),
  onShown: (beyond) => exact.needs(beyond),
});
const words = new Words({
  parent: stage("words"),
  store,
  fonts: data.fonts,
  urls: { worker: urls.jassubWorker, wasm: urls.jassubWasm },
});
new StageHandles({
  room: stage("room"),
  frame: stage("frame"),
  layer: stage("layer"),
  guides: stage("guides"),
  handles: stage("handles"),
  store,
  player,
});

const renewed = new Map();

/** A preview that does not load: its link may have expired, so ask once for another. */
async function renewLink(assetId) {
  const last = renewed.get(assetId) ?? -Infinity;
  const note = stage("note");
  if (performance.now() - last > 60_000) {
    renewed.set(assetId, performance.now());
    try {
      playback[assetId] = await api(`assets/${assetId}/playback/`);
      note.hidden = true;
      player.refresh(assetId);
      return;
    } catch {
      // Said below.
    }
  }
  note.textContent = t("The preview of “{title}” cannot be loaded.", { title: titles(assetId) });
  note.hidden = false;
}

// --- Timeline and panels --------------------------------------------------------

const strips = new Strips({ playback, posters: (id) => assets[id]?.poster_url ?? null });
const view = new TimelineView({ root: part("[data-timeline-root]"), store, strips, titles });
new TimelineGestures({ view, store, player, sourceDuration, label: (kind) =>
  ({ text: t("Move text"), marker: t("Move marker") })[kind] ?? t("Move") });
const docks = new Docks([...root.querySelectorAll("[data-dock]")]);
const inspector = new Inspector({
  root: panel("edit"), store, titles, sourceDuration, effectKinds,
  problemOf: (id) => problems.get(id),
});
new ProjectPanel({ root: panel("project"), store });
const inserting = new Inserting({ store, view, playback, loaded: (asset) => (assets[asset.id] ??= asset) });
new MediaBin({ root: panel("media"), assets, insert: inserting.insert, dragging: inserting.dragging });
const exporting = new ExportMenu({
  root: part("[data-export]"),
  button: part("[data-render-button]"),
  store,
  projectId: project.id,
  save: () => autosave.flush(),
});
const renders = new RendersPanel({
  root: panel("renders"),
  projectId: project.id,
  renders: data.renders,
  save: () => autosave.flush(),
  play: playRender,
  choices: () => exporting.choices,
  onChange: paintRenderButton,
});
const versions = new VersionsPanel({
  root: panel("versions"), projectId: project.id, autosave, reload: saving.reload,
});

function playRender(render) {
  const dialog = document.getElementById("render-dialog");
  const element = dialog.querySelector("[data-controller='player']");
  const isFinished = Boolean(render.playback_url);
  field(dialog, "download").href = `/api/v1/renders/${render.id}/file/`;
  field(dialog, "download").hidden = !isFinished;
  player.pause();
  dialog.showModal();
  application.getControllerForElementAndIdentifier(element, "player").load({
    playback: isFinished ? { progressive: render.playback_url } : { hls: render.watch_url },
  });
  const video = element.querySelector("video");
  video.play().catch(() => {});
  dialog.addEventListener("close", () => video.pause(), { once: true });
}

function paintRenderButton(active) {
  const percent = active && percentOf(active);
  let label = t("Render");
  if (active) label = percent === null ? t("Rendering…") : t("{percent} %", { percent });
  part("[data-render-label]").textContent = label;
}

// --- Actions ------------------------------------------------------------------

const actions = editorActions({
  store, player, view, docks, inspector, renders, autosave, sourceDuration, exact,
  projectId: project.id,
});
const captions = new CaptionsPanel({
  root: panel("captions"),
  store,
  projectId: project.id,
  autosave,
  seek: (time) => player.seek(time),
  add: actions["add-caption"],
  reload: saving.reload,
});
docks.onShow((name) => {
  if (name === "versions") void versions.load();
  if (name === "captions") captions.refresh();
});
store.watch((state) => state.selected, (selected) => {
  if (selected.length > 0 && selected[0].kind !== "caption") docks.show("edit");
});
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]?.(button);
});
new Shortcuts({ actions, dialog: document.getElementById("shortcuts-dialog") });
paintChrome({ root, store, player, view });
void saving.start();

// What tests and benchmarks ask for; nothing on the page uses it.
root.editor = { store, player, words, view, autosave, find: (item) => findPart(store.timeline, item) };
