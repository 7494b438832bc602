/**
 * Keeps project, history and server together: autosave, drafts of this browser,
 * merging or asking when another tab has saved, and undo after a reload.
 */
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { Autosave, browserDrafts } from "./autosave.js";
import { merged } from "./model/patches.js";
import { settled } from "./model/parts.js";
import { paintSaveState } from "./save_state.js";

const documentOf = ({ name, timeline, settings }) => ({
  name,
  timeline: settled(timeline),
  settings,
});

export class Saving {
  /** @param {{project: object, store: import("./editor_store.js").EditorStore,
   *   kept: import("./kept_history.js").KeptHistory, indicator: HTMLElement,
   *   onProblems: (errors: object[]) => void}} parts */
  constructor({ project, store, kept, indicator, onProblems }) {
    Object.assign(this, { project, store, kept, onProblems });
    this.drafts = browserDrafts(project.id);
    this.autosave = new Autosave({
      document: store.document,
      revision: project.revision,
      drafts: this.drafts,
      send: (body) => api(this.path, { method: "PATCH", body }),
      onSaved: ({ revision, document }) => {
        const position = store.positionOf(document);
        if (position !== null) kept.saved(revision, position);
        onProblems([]);
      },
      onState: (state, detail) => {
        paintSaveState(indicator, state, detail?.message);
        if (state === "conflict") void this.#resolve(detail);
        if (state === "refused") {
          onProblems(detail.errors ?? []);
          toastError(detail);
        }
      },
    });
  }

  get path() {
    return `video-projects/${this.project.id}/`;
  }

  /** Begins to save: what was kept in this browser comes first. */
  async start() {
    await this.#resume();
    this.store.watch((state) => state.document, (document) => this.autosave.changed(document));
    document.addEventListener(EVENTS.PROJECT, ({ detail }) => void this.#news(detail));
    addEventListener("pagehide", () => this.autosave.dirty && void this.autosave.flush());
    addEventListener("online", () => this.autosave.dirty && void this.autosave.flush());
  }

  async #resume() {
    const { store, project } = this;
    const draft = this.drafts.read();
    const kept = await this.kept.read();
    const hasDraft = Boolean(draft?.document?.timeline);
    const fits = kept && kept.revision === project.revision;
    if (hasDraft && draft.revision === project.revision) {
      this.drafts.clear();
      if (fits) store.resume({ document: documentOf(draft.document), steps: kept.steps, position: kept.position });
      else store.adopt(t("Restore edits"), draft.document);
      toast(t("Your last edits were restored."));
      return;
    }
    if (fits && kept.savedPosition !== null) {
      store.resume({ steps: kept.steps, position: kept.savedPosition });
    } else {
      await this.kept.forget();
      this.kept.saved(project.revision, 0);
    }
    if (!hasDraft) return;
    this.drafts.clear();
    const keep = await ask({
      title: t("Unsaved edits were found"),
      text: t("They were made in this browser, but the project has been saved elsewhere since. Undo brings you the other version."),
      ok: t("Use my edits"),
      cancel: t("Drop them"),
    });
    if (keep) store.adopt(t("Restore edits"), draft.document);
  }

  /** Neither side is lost: merged where they differ, else one is one undo away. */
  async #resolve(theirs) {
    const { store, autosave } = this;
    const mine = store.state.get().document;
    const other = documentOf(theirs);
    const both = merged(autosave.saved, mine, other);
    if (both) {
      this.#rebase(other, theirs.revision);
      store.adopt(t("Merge with other edits"), both);
      toast(t("Edits made elsewhere were merged with yours."));
      return;
    }
    const keep = await ask({
      title: t("This project was changed elsewhere"),
      text: t(
        "Another tab or device changed the same parts in the meantime. Choose which version to go on with; undo brings you the other one.",
      ),
      ok: t("Keep mine"),
      cancel: t("Load theirs"),
      dismissable: false,
    });
    if (keep) {
      store.remember(t("Keep mine"), other);
      await autosave.keepMine(other, theirs.revision);
    } else {
      this.#load(theirs, t("Load theirs"));
    }
  }

  /** The server's document is what the next save is compared with. */
  #rebase(document, revision) {
    this.autosave.accept(document, revision);
  }

  #load(theirs, label) {
    this.store.adopt(label, documentOf(theirs));
    const { document } = this.store.state.get();
    this.autosave.accept(document, theirs.revision);
    this.kept.saved(theirs.revision, this.store.positionOf(document) ?? 0);
  }

  /** Takes what the server has now; undo brings back what was here. */
  reload = async (label) => {
    this.#load(await api(this.path), label);
  };

  async #news({ id, revision }) {
    const { autosave } = this;
    if (id !== this.project.id || revision <= autosave.revision) return;
    // With edits of our own the next save finds the conflict and merges or asks.
    if (autosave.dirty || autosave.state === "saving") return;
    try {
      const theirs = await api(this.path);
      if (theirs.revision <= autosave.revision || autosave.dirty) return;
      this.#load(theirs, t("Changed elsewhere"));
      toast(t("This project was changed elsewhere. You see the newest version."));
    } catch (error) {
      toastError(error);
    }
  }
}
