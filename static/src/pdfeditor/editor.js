/** Entry of the PDF editor: builds the parts and ties them together. */
import { EVENTS } from "../shared/constants.js";
import { field, show } from "../shared/dom.js";
import { follower } from "../shared/follow.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { annotationActions } from "./actions.js";
import { metadataDialog, passwordDialog, versionsDialog } from "./dialogs/document_dialogs.js";
import { ExportDialog } from "./dialogs/export_dialog.js";
import { SignatureDialog } from "./dialogs/signature_dialog.js";
import { askForStamp, drawStamp } from "./dialogs/stamp_dialog.js";
import { DocumentStore } from "./document_store.js";
import { loadFonts } from "./fonts.js";
import { FormFields } from "./form_fields.js";
import { viewBounds } from "./geometry.js";
import { fitPicture, sendFile } from "./images.js";
import { pageActions } from "./page_operations.js";
import { NoteCard } from "./panels/note_card.js";
import { NotesList } from "./panels/notes_list.js";
import { OutlinePanel } from "./panels/outline.js";
import { PropertiesBar } from "./panels/properties.js";
import { SearchPanel } from "./panels/search.js";
import { SidePanel } from "./panels/side_panel.js";
import { Thumbnails } from "./panels/thumbnails.js";
import { PdfFile } from "./pdf_file.js";
import { Saving } from "./saving.js";
import { selectionBar } from "./selection_bar.js";
import { bindShortcuts, fillShortcuts } from "./shortcuts.js";
import { ToolStyles } from "./styles.js";
import { TextEditing } from "./text_editing.js";
import { toolbox } from "./tools/toolbox.js";
import { imageMaker, signatureMaker } from "./tools/place_tools.js";
import { PointerInput } from "./tools/pointer_input.js";
import { layLinks, placeLinks } from "./view/page_links.js";
import { SelectionChrome } from "./view/selection_chrome.js";
import { Viewer } from "./view/viewer.js";
import { viewControls } from "./view_controls.js";
import { waitUntilReady } from "./waiting.js";

const data = pageData();
const root = document.querySelector("[data-editor]");
const part = (selector) => root.querySelector(selector);
const dialog = (name) => document.getElementById(`${name}-dialog`);
const main = part("[data-pdf-editor]");
const projectId = main.dataset.project;
const assets = main.dataset.static;

const file = new PdfFile(assets);
// The file comes while the parts are being built.
let opened = data.project.file_url ? file.open(data.project.file_url) : null;
opened?.catch(() => {});
const saving = new Saving({
  projectId, onState: (state, reason) => paintSaveState("annotations", state, reason),
});
const store = new DocumentStore({ project: data.project, history: saving.history });
saving.attach(store);
const editor = { store, author: data.author ?? "", save, showPage, reveal, open, announce };
editor.styles = new ToolStyles(data.project.settings);

// --- Saving -------------------------------------------------------------------

// The last says more: "saved" only when all that saves has saved.
const SAVE_STATES = ["saved", "saving", "waiting", "offline", "refused"];
const saveStates = new Map();

/** @param {"annotations" | "fields" | "writing"} saver */
function paintSaveState(saver, state, reason = "") {
  saveStates.set(saver, { state, reason });
  const [worst] = [...saveStates.values()].sort(
    (a, b) => SAVE_STATES.indexOf(b.state) - SAVE_STATES.indexOf(a.state),
  );
  showSaveState(worst);
}

function showSaveState({ state, reason }) {
  const texts = {
    saved: t("Saved"), waiting: t("Edited"), saving: t("Saving…"), offline: t("Offline, will retry"), refused: t("Not saved"),
  };
  const element = part("[data-save-state]");
  element.dataset.state = state;
  element.querySelector("[data-save-text]").textContent = texts[state];
  element.title = reason;
}

/** Throws when something is not on the server: what needs it there must not go on. */
async function save() {
  editor.textEditing.close();
  const isFilled = await fields.flush();
  if (!(await saving.queue.flush()) || !isFilled) {
    throw new Error(t("Some changes are not saved yet. Try again when they are."));
  }
}

async function changeProject(body) {
  const project = await api(`pdf-projects/${projectId}/`, {
    method: "PATCH", body: { ...body, revision: store.project.revision },
  });
  await adopt(project);
}

/** Takes a newer state of the project; another file is opened, pages drawn anew. */
async function adopt(project) {
  const before = store.project;
  const isOther = project.file_revision !== before.file_revision;
  if (isOther) await file.open(project.file_url);
  const gone = new Set(before.pages.map(({ id }) => id));
  for (const { id } of project.pages) gone.delete(id);
  if (gone.size > 0) store.unload(store.all.filter(({ page }) => gone.has(page)).map(({ id }) => id));
  store.state.patch({ project });
  if (isOther) {
    viewer.reload();
    search.reset();
    void outline.load().catch(toastError);
    await fields.load();
  }
}

// --- Parts ----------------------------------------------------------------------

const viewer = new Viewer({
  scroller: part("[data-scroll]"),
  surface: part("[data-surface]"),
  store,
  file,
  onView(view) {
    chrome.attach(view);
    fields.attach(view);
  },
  onText(view) {
    search.textReady(view);
    layLinks({ view, file, goTo }).catch(toastError);
  },
  onDrawn: firstDrawn,
  onProblem: renewLinks,
  onPlaced() {
    chrome.draw();
    editor.textEditing.refresh();
    editor.noteCard.place();
    for (const view of viewer.views) {
      fields.place(view);
      placeLinks(view);
    }
  },
});
editor.viewer = viewer;
editor.textEditing = new TextEditing(editor, {
  onState: (state) => paintSaveState("writing", state),
});
editor.noteCard = new NoteCard(editor);
const chrome = new SelectionChrome({ store, viewer });
editor.chrome = chrome;
const fields = new FormFields({ store, viewer, onState: (state) => paintSaveState("fields", state) });
const tools = toolbox(editor);
const input = new PointerInput({ viewer, toolOf: () => tools[store.tool] });
editor.input = input;
const side = new SidePanel({
  root: part("[data-side-panel]"),
  body: part(".pdf-body"),
  onShow(name) {
    if (name === "pages") thumbnails?.shown();
    if (name === "notes") notes?.paint();
  },
});
const goTo = (index) => {
  viewer.goTo(index);
  side.gone();
};
let pages = null;
const thumbnails = new Thumbnails({
  root: part("[data-thumbs]"), store, goTo, move: (ids, before) => pages.move(ids, before),
});
pages = pageActions({ editor, thumbnails, adopt, insertDialog: dialog("insert") });
const outline = new OutlinePanel({
  root: part("[data-outline]"), empty: part("[data-outline-empty]"), file, goTo,
});
const notes = new NotesList({
  root: part("[data-notes]"),
  empty: part("[data-notes-empty]"),
  store,
  author: editor.author,
  goTo(annotation) {
    store.setTool("select");
    reveal(annotation);
    store.select([annotation.id]);
    side.gone();
    if (annotation.type === "note") open(annotation);
  },
});
const search = new SearchPanel({
  form: part("[data-search-form]"), list: part("[data-hits]"), state: part("[data-search-state]"),
  meter: part("[data-search-meter]"), file, store, viewer, onGone: () => side.gone(),
});
const exporting = new ExportDialog({ dialog: dialog("export"), store, save });
const signatures = new SignatureDialog(dialog("signature"));
const openVersions = versionsDialog({
  dialog: dialog("versions"), projectId, save,
  async restored() {
    await adopt(await api(`pdf-projects/${projectId}/`));
    await saving.reload();
  },
});
const openMetadata = metadataDialog({ dialog: dialog("metadata"), store, change: changeProject });

const RENEW_AFTER_MS = 60_000;
let renewedAt = 0;

/** A page cannot be drawn: its address may have expired, so ask for another once. */
async function renewLinks(error) {
  if (performance.now() - renewedAt < RENEW_AFTER_MS && renewedAt > 0) {
    toastError(error);
    return;
  }
  renewedAt = performance.now();
  try {
    const project = await api(`pdf-projects/${projectId}/`);
    await file.open(project.file_url);
    store.state.patch({ project });
    viewer.reload();
    await saving.refresh();
  } catch (second) {
    toastError(second);
  }
}

// --- What the parts ask for -------------------------------------------------------

function announce(text) {
  part("[data-announce]").textContent = text;
}

function showPage(pageId) {
  const index = store.pages.findIndex(({ id }) => id === pageId);
  const [first] = store.selected;
  if (first) reveal(first);
  else if (index >= 0 && !viewer.view(pageId)) viewer.goTo(index);
}

function reveal(annotation) {
  const page = store.page(annotation.page);
  if (page) viewer.reveal(annotation.page, viewBounds(page, viewer.scale, annotation));
}

/** What a double press or Enter does. */
function open(annotation) {
  if (annotation.type === "text") editor.textEditing.open(annotation);
  else if (annotation.type === "note") editor.noteCard.open(annotation);
}

async function placePicture(blob, size, extra = {}) {
  const image = await saving.pictures.add(blob);
  const { width, height } = size ?? {
    width: (image.width * 72) / 144, height: (image.height * 72) / 144,
  };
  const tool = extra.stamp ? "stamp" : "image";
  tools.place.hold({ label: extra.stamp ? t("Stamp") : t("Image"), width, height, make: imageMaker(image, extra) });
  store.setTool(tool);
}

const picker = document.querySelector("[data-image-file]");
picker.addEventListener("change", async () => {
  const [chosen] = picker.files;
  picker.value = "";
  try {
    if (chosen) await placePicture(await fitPicture(chosen), null, editor.styles.get("image"));
  } catch (error) {
    toastError(error);
  }
});

const xfdf = document.querySelector("[data-xfdf-file]");
xfdf.addEventListener("change", async () => {
  const [chosen] = xfdf.files;
  xfdf.value = "";
  if (!chosen) return;
  try {
    await save();
    const answer = await sendFile(`pdf-projects/${projectId}/xfdf/`, chosen, chosen.name);
    await saving.load();
    toast(t("{count} annotations were brought in.", { count: answer?.created ?? answer?.count ?? 0 }), { tone: "success" });
  } catch (error) {
    toastError(error);
  }
});

const actions = {
  ...annotationActions(editor),
  ...pages,
  ...viewControls({ root, viewer, store, side }),
  tool(name, { keep = false } = {}) {
    const asks = { image: "add-image", stamp: "add-stamp", signature: "sign" }[name];
    if (asks) actions[asks]();
    else store.setTool(name, { keep });
  },
  "add-image": () => picker.click(),
  async "add-stamp"() {
    const wanted = await askForStamp(dialog("stamp"));
    if (!wanted) return;
    try {
      const { blob, width, height } = await drawStamp(wanted.words, wanted.color);
      await placePicture(blob, { width, height }, { stamp: wanted.words });
    } catch (error) {
      toastError(error);
    }
  },
  async sign() {
    const strokes = await signatures.ask();
    if (!strokes) return;
    const xs = strokes.flat().map(([x]) => x);
    const ys = strokes.flat().map(([, y]) => y);
    const ratio = (Math.max(...ys) - Math.min(...ys) || 10) / (Math.max(...xs) - Math.min(...xs) || 10);
    const width = 150;
    tools.place.hold({
      label: t("Signature"), width, height: width * ratio,
      make: signatureMaker(strokes, editor.styles.get("signature")),
    });
    store.setTool("signature");
  },
  export: () => exporting.open(),
  versions: () => openVersions(),
  metadata: () => openMetadata(),
  "import-xfdf": () => xfdf.click(),
  unlock: () => askPassword(),
  find() {
    side.open("search");
    search.focus();
  },
  shortcuts() {
    fillShortcuts(dialog("shortcuts").querySelector("[data-shortcuts]"));
    dialog("shortcuts").showModal();
  },
  save: () => save().catch(toastError),
  "close-banner": () => show(part("[data-banner]"), false),
  escape() {
    if (input.cancel() || side.gone()) return;
    if (tools.polygon.isBusy) tools.polygon.cancel();
    else if (editor.noteCard.isOpen) editor.noteCard.close();
    else if (store.tool !== "select") store.setTool("select");
    else store.select([]);
  },
  enter() {
    if (tools.polygon.isBusy) tools.polygon.finish();
    else if (store.selection.size === 1) open(store.selected[0]);
  },
  back() {
    if (tools.polygon.isBusy) tools.polygon.back();
    else actions.remove();
  },
};
editor.actions = actions;
const properties = new PropertiesBar({ root: part("[data-properties]"), editor });
selectionBar({ bar: part("[data-selection-bar]"), editor });
bindShortcuts(editor, actions);

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) void actions[button.dataset.do]?.(button);
});
part("[data-tools]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-tool]");
  if (!button || button.dataset.do) return;
  const { tool } = button.dataset;
  // A second press keeps the tool for more than one.
  const again = store.tool === tool && tool !== "select";
  if (again && store.state.get().keepTool) store.setTool("select");
  else store.setTool(tool, { keep: again });
});
store.watch(({ tool, keepTool }) => `${tool} ${keepTool}`, (_, { tool, keepTool }) => {
  viewer.surface.dataset.tool = tool;
  if (tool !== "polygon") tools.polygon.cancel();
  for (const button of part("[data-tools]").querySelectorAll("[data-tool]")) {
    const isCurrent = button.dataset.tool === tool;
    button.setAttribute("aria-pressed", String(isCurrent));
    button.classList.toggle("is-kept", isCurrent && keepTool);
  }
});
store.watch(({ undoLabel, redoLabel }) => `${undoLabel}\n${redoLabel}`, (_, state) => {
  for (const [name, label] of [["undo", state.undoLabel], ["redo", state.redoLabel]]) {
    const button = part(`[data-do='${name}']`);
    button.disabled = label === "";
    const verb = name === "undo" ? t("Undo") : t("Redo");
    button.setAttribute("aria-label", label ? `${verb}: ${label}` : verb);
  }
});

const nameInput = part("[data-editor-name]");
nameInput.addEventListener("change", async () => {
  const name = nameInput.value.trim() || store.project.name;
  nameInput.value = name;
  if (name === store.project.name) return;
  try {
    await changeProject({ name });
    document.title = `${name} · StreamFetch`;
  } catch (error) {
    toastError(error);
  }
});
nameInput.addEventListener("keydown", (event) => event.key === "Enter" && nameInput.blur());

// --- Opening ----------------------------------------------------------------------

const askPassword = passwordDialog({
  dialog: dialog("password"), projectId,
  unlocked: (project) => begin(project),
});

const NOTICES = {
  repaired: t("This file was damaged and has been repaired. The original is kept as it came."),
  decrypted: t("This file was encrypted without a password; it opens without one here."),
};

function firstDrawn() {
  const wait = part("[data-wait]");
  if (!wait.hidden) {
    show(wait, false);
    performance.mark("pdf-first-page");
  }
}

/** @param {object} project in any state: waits for it, asks for its password, opens it */
async function begin(project) {
  try {
    const ready = await waitUntilReady({ project, root, askPassword });
    if (!ready) return;
    store.state.patch({ project: ready });
    const opening = opened ?? file.open(ready.file_url);
    opened = null;
    const annotations = saving.load();
    await Promise.all([opening, saving.remembered()]);
    viewer.layOut();
    void loadFonts(`${assets}fonts/`).then(() => properties.fillFonts()).catch(toastError);
    const notice = (ready.notices ?? []).map((code) => NOTICES[code]).find(Boolean);
    if (notice) {
      field(part("[data-banner]"), "text").textContent = notice;
      show(part("[data-banner]"), true);
    }
    await annotations;
    await fields.load();
    void outline.load().catch(toastError);
  } catch (error) {
    toastError(error);
  }
}

const follow = follower({
  ask: () => api(`pdf-projects/${projectId}/`),
  got: (project) => {
    // A field that is being filled in must not go from under the hand.
    if (document.activeElement?.closest(".pdf-field")) {
      follow(projectId);
      return;
    }
    if (saving.queue.dirty) follow(projectId);
    else if (project.revision >= store.project.revision) adopt(project).catch(toastError);
  },
});
document.addEventListener(EVENTS.PDF_PROJECT, ({ detail }) => {
  if (detail.id !== projectId || detail.is_deleted || store.pages.length === 0) return;
  const known = store.pages.filter(({ thumbnail }) => thumbnail).length;
  if (detail.revision > store.project.revision || detail.thumbnail_count > known) follow(projectId);
});
document.addEventListener(EVENTS.PDF_ANNOTATIONS, ({ detail }) => {
  if (detail.project === projectId) saving.changedElsewhere(detail);
});
addEventListener("pagehide", () => {
  editor.textEditing.close();
  void saving.queue.flush();
});
addEventListener("online", () => void saving.queue.flush());
addEventListener("beforeunload", (event) => {
  if (saving.queue.dirty && saving.queue.state === "refused") event.preventDefault();
});
viewer.start();
void begin(data.project);
