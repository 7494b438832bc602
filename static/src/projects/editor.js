/** Entry of the editor: builds the parts and ties them together. */
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { field, setIcon } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { percentOf } from "../shared/jobs.js";
import { formatTimecode } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { Autosave, browserDrafts } from "./autosave.js";
import { editorActions } from "./actions.js";
import { EditorStore } from "./editor_store.js";
import { registerFonts } from "./fonts.js";
import { ClipPanel } from "./panels/clip_panel.js";
import { ProjectPanel } from "./panels/project_panel.js";
import { RendersPanel } from "./panels/renders_panel.js";
import { Tabs } from "./panels/tabs.js";
import { TextPanel } from "./panels/text_panel.js";
import { PreviewPlayer } from "./preview/preview_player.js";
import { TextLayer } from "./preview/text_layer.js";
import { paintSaveState } from "./save_state.js";
import { bindShortcuts } from "./shortcuts.js";
import { Filmstrips } from "./timeline/filmstrip.js";
import { TimelineGestures } from "./timeline/gestures.js";
import { TimelineView } from "./timeline/timeline_view.js";

const data = pageData();
const { project, assets, playback } = data;
const root = document.querySelector("[data-editor]");
const part = (selector) => root.querySelector(selector);
const stage = (name) => part(`[data-stage="${name}"]`);

const store = new EditorStore(project);
registerFonts(data.fonts, part("[data-editor-root]").dataset.fonts);

const titles = (id) => assets[id]?.title ?? t("Missing video");
const sourceDuration = (id) => (assets[id]?.duration_ms ?? Infinity) / 1000;

// --- Saving -----------------------------------------------------------------

const drafts = browserDrafts(project.id);
const saveState = part("[data-save-state]");
const documentOf = ({ name, timeline, settings }) => ({ name, timeline, settings });

const autosave = new Autosave({
  document: store.document,
  revision: project.revision,
  drafts,
  send: (body) => api(`video-projects/${project.id}/`, { method: "PATCH", body }),
  onState(state, detail) {
    paintSaveState(saveState, state, detail?.message);
    if (state === "conflict") void resolveConflict(detail);
    if (state === "refused") toastError(detail);
  },
});

/** Neither side is lost: the one that is not chosen is one undo away. */
async function resolveConflict(theirs) {
  const mine = await ask({
    title: t("This project was changed elsewhere"),
    text: t(
      "Another tab or device saved it in the meantime. Choose which version to go on with; undo brings you the other one.",
    ),
    ok: t("Keep mine"),
    cancel: t("Load theirs"),
    dismissable: false,
  });
  if (mine) {
    store.remember(t("Keep mine"), documentOf(theirs));
    await autosave.keepMine(theirs.revision);
  } else {
    loadTheirs(theirs);
  }
}

function loadTheirs(theirs) {
  const document = documentOf(theirs);
  autosave.accept(document, theirs.revision);
  store.adopt(t("Load theirs"), document);
}

/** Edits that never reached the server before the page closed. */
async function restoreDraft() {
  const draft = drafts.read();
  if (!draft?.document?.timeline) return;
  drafts.clear();
  const keep =
    draft.revision === project.revision ||
    (await ask({
      title: t("Unsaved edits were found"),
      text: t("They were made in this browser, but the project has been saved elsewhere since."),
      ok: t("Use my edits"),
      cancel: t("Drop them"),
    }));
  if (!keep) return;
  store.editDocument(t("Restore edits"), () => draft.document);
  toast(t("Your last edits were restored."));
}

// --- Parts ------------------------------------------------------------------

const player = new PreviewPlayer({ screen: stage("screen"), store, playback, onProblem: renewLink });
new TextLayer({ frame: stage("frame"), layer: stage("layer"), guides: stage("guides"), store });
const view = new TimelineView({
  root: part("[data-timeline-root]"),
  store,
  filmstrips: new Filmstrips(playback),
  titles,
});
new TimelineGestures({ view, store, player, sourceDuration });
const tabs = new Tabs(part(".inspector"));
const panel = (name) => part(`[data-panel="${name}"]`);
new ClipPanel({ root: panel("clip"), store, titles, sourceDuration });
const textPanel = new TextPanel({ root: panel("text"), store });
new ProjectPanel({ root: panel("project"), store });
const renders = new RendersPanel({
  root: panel("renders"),
  projectId: project.id,
  renders: data.renders,
  save: () => autosave.flush(),
  play: playRender,
  onChange: paintRenderButton,
});

const renewed = new Map();

/** A preview that does not load: its link may have expired, so ask once for another. */
async function renewLink(assetId) {
  const last = renewed.get(assetId) ?? 0;
  const note = stage("note");
  if (Date.now() - last > 60_000) {
    renewed.set(assetId, Date.now());
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

function playRender(render) {
  const dialog = document.getElementById("render-dialog");
  const element = dialog.querySelector("[data-controller='player']");
  field(dialog, "download").href = `/api/v1/renders/${render.id}/file/`;
  player.pause();
  dialog.showModal();
  application.getControllerForElementAndIdentifier(element, "player").load({
    src: render.playback_url,
    poster: null,
  });
  const video = element.querySelector("video");
  video.play().catch(() => {});
  dialog.addEventListener("close", () => video.pause(), { once: true });
}

function paintRenderButton(active) {
  const percent = active && percentOf(active);
  let label = t("Render");
  if (active) label = percent === null ? t("Rendering…") : t("Rendering {percent} %", { percent });
  part("[data-render-label]").textContent = label;
}

// --- What the page shows of the state -----------------------------------------

const frame = stage("frame");
const nameInput = part("[data-editor-name]");

function fitFrame() {
  const room = stage("room").getBoundingClientRect();
  const { width, height } = store.settings.resolution;
  const scale = Math.min(room.width / width, room.height / height);
  frame.style.width = `${Math.floor(width * scale)}px`;
  frame.style.height = `${Math.floor(height * scale)}px`;
}

new ResizeObserver(fitFrame).observe(stage("room"));
store.watchDocument(({ name, settings, timeline }) => {
  fitFrame();
  frame.style.backgroundColor = settings.background_color ?? "#000000";
  if (document.activeElement !== nameInput) nameInput.value = name;
  document.title = `${name} · StreamFetch`;
  part("[data-transport='total']").textContent = `/ ${formatTimecode(timeline.duration)}`;
  const { width, height } = settings.resolution;
  part("[data-render-fact='frame']").textContent =
    `${width} × ${height} · ${settings.frame_rate} fps`;
  part("[data-render-fact='length']").textContent = formatTimecode(timeline.duration);
  for (const button of root.querySelectorAll("[data-do='render']")) {
    button.disabled = timeline.duration === 0;
  }
});
store.watch((state) => state.document, (document) => autosave.changed(document));
store.watch((state) => state.time, (time) => {
  part("[data-transport='time']").textContent = formatTimecode(time);
});
store.watch((state) => state.playing, (playing) => {
  const button = part("[data-do='play']");
  setIcon(button, playing ? "pause" : "play");
  button.setAttribute("aria-label", playing ? t("Pause") : t("Play"));
});
store.watch(({ undoLabel, redoLabel }) => `${undoLabel}\n${redoLabel}`, (_, state) => {
  for (const [name, label] of [["undo", state.undoLabel], ["redo", state.redoLabel]]) {
    const button = part(`[data-do='${name}']`);
    button.disabled = label === "";
    const verb = name === "undo" ? t("Undo") : t("Redo");
    button.setAttribute("aria-label", label ? `${verb}: ${label}` : verb);
  }
});
store.watch((state) => state.selection, (selection) => {
  for (const button of root.querySelectorAll("[data-needs]")) {
    const { needs } = button.dataset;
    button.disabled = needs === "any" ? !selection : selection?.kind !== needs;
  }
  if (selection) tabs.show(selection.kind);
});
tabs.show(store.selection?.kind ?? (store.timeline.clips.length > 0 ? "text" : "project"));

nameInput.addEventListener("change", () => {
  const name = nameInput.value.trim() || store.document.name;
  nameInput.value = name;
  store.editDocument(t("Rename"), (document) =>
    name === document.name ? document : { ...document, name },
  );
});

// --- Actions ------------------------------------------------------------------

const actions = editorActions({
  store, player, view, tabs, textPanel, renders, autosave, assets, playback, sourceDuration,
});
root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do]?.(button);
});
bindShortcuts({
  play: actions.play,
  secondBack: () => player.seek(store.time - 1),
  secondOn: () => player.seek(store.time + 1),
  frameBack: actions["frame-back"],
  frameOn: actions["frame-on"],
  toStart: actions["to-start"],
  toEnd: actions["to-end"],
  setIn: actions["set-in"],
  setOut: actions["set-out"],
  split: actions.split,
  addText: () => actions["add-text"](),
  remove: actions.delete,
  zoomIn: () => view.zoomTo(view.zoom * 1.5),
  zoomOut: () => view.zoomTo(view.zoom / 1.5),
  fit: () => view.fit(),
  undo: actions.undo,
  redo: actions.redo,
  save: () => autosave.flush(),
  shortcuts: actions.shortcuts,
  deselect: () => store.select(null),
});

document.addEventListener(EVENTS.PROJECT, async ({ detail }) => {
  const news = detail.id === project.id && detail.revision > autosave.revision;
  // With edits of our own the next save finds the conflict and asks.
  if (!news || autosave.dirty || autosave.state === "saving") return;
  try {
    const theirs = await api(`video-projects/${project.id}/`);
    if (theirs.revision <= autosave.revision || autosave.dirty) return;
    loadTheirs(theirs);
    toast(t("This project was changed elsewhere. You see the newest version."));
  } catch (error) {
    toastError(error);
  }
});
addEventListener("pagehide", () => autosave.dirty && void autosave.flush());
void restoreDraft();
