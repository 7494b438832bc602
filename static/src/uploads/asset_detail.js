/** Entry of the page of one asset. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { field, setMeter, setText, show } from "../shared/dom.js";
import { catchUp } from "../shared/heard.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatAge, formatDuration, formatSize } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { deleteAsset, leaveDeleted, makeProject, renameAsset, reprocessAsset } from "./asset_actions.js";
import { factsOf, isWorking, workLine } from "./asset_card.js";
import { CaptionsList } from "./captions_list.js";
import { ChapterList } from "./chapter_list.js";
import { ClipMaker } from "./clip_maker.js";
import { TagsEditor } from "./tags_editor.js";

/** Frame rates come as numbers or as exact fractions such as "30000/1001". */
function frameRate(value) {
  const [frames, seconds = 1] = String(value ?? "").split("/").map(Number);
  const rate = Math.round((frames / seconds) * 1000) / 1000;
  return rate > 0 ? t("{rate} a second", { rate }) : "";
}

/** Ready, or so far that the smallest quality plays. */
const isWatchable = (asset) =>
  asset.status === "ready" || (asset.status === "processing" && asset.is_playable === true);

class AssetController extends Controller {
  static targets = [
    "player", "work", "failed", "needsReady", "clip", "clipButton", "tags", "log", "logList",
    "captions", "chapters",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.asset = pageData().asset;
    const mine = (event) => event.detail.id === this.asset.id && this.take(event.detail);
    document.addEventListener(EVENTS.ASSET, mine, { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.reload(), { signal });
    document.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.tags = new TagsEditor(this.tagsTarget, (tags) => this.saveTags(tags));
    const player = this.playerTarget.querySelector(".player");
    if (player) {
      const asset = () => this.asset;
      this.clips = new ClipMaker({ form: this.clipTarget, player, asset, signal });
    }
    if (this.hasChaptersTarget && player) {
      this.chapters = new ChapterList(this.chaptersTarget, player, signal);
    }
    if (this.hasCaptionsTarget) {
      this.captions = new CaptionsList(this.captionsTarget, {
        add: (body) => this.addCaptions(body),
        remove: (id) => this.removeCaptions(id),
        refuse: (message) => toast(message, { tone: "error" }),
      });
    }
    this.present(pageData().playback);
    this.paint();
    if (isWorking(this.asset)) catchUp(() => this.reload(), { signal });
  }

  disconnect() {
    this.leaving.abort();
  }

  async take(asset) {
    const before = this.asset;
    this.asset = { ...before, ...asset };
    this.paint();
    const more = ["status", "is_playable"].some((name) => before[name] !== this.asset[name]);
    if (more && isWatchable(this.asset)) await this.loadPlayback();
  }

  async reload() {
    try {
      await this.take(await api(`assets/${this.asset.id}/`));
    } catch {
      // The next event or resync brings it.
    }
  }

  /** Null for a still picture. */
  get player() {
    const element = this.playerTarget.querySelector("[data-controller='player']");
    if (!element) return null;
    return application.getControllerForElementAndIdentifier(element, "player");
  }

  clip() {
    this.clips?.toggle();
    this.clipButtonTarget.setAttribute("aria-expanded", String(this.clips?.isOpen === true));
  }

  saveTags(tags) {
    return this.guard(async () => {
      this.take(await api(`assets/${this.asset.id}/`, { method: "PATCH", body: { tags } }));
    });
  }

  addCaptions(body) {
    return this.guard(async () => {
      await api(`assets/${this.asset.id}/captions/`, { method: "POST", body });
      await this.loadPlayback();
      toast(t("Captions added"), { tone: "success" });
    });
  }

  removeCaptions(id) {
    return this.guard(async () => {
      await api(`assets/${this.asset.id}/captions/${id}/`, { method: "DELETE" });
      await this.loadPlayback();
    });
  }

  askPlayback() {
    return api(`assets/${this.asset.id}/playback/`);
  }

  async loadPlayback() {
    try {
      this.present(await this.askPlayback(), { keepPlace: this.presented });
    } catch (error) {
      toastError(error);
    }
  }

  /** @param {object | null} playback as in GET assets/{id}/playback/ */
  present(playback, { keepPlace = false } = {}) {
    const still = this.playerTarget.querySelector(".still");
    if (still) still.src = playback?.poster ?? this.asset.poster_url ?? "";
    this.captions?.paint(playback?.captions ?? []);
    this.chapters?.paint(playback?.chapters ?? []);
    if (!playback?.hls && !playback?.progressive) return;
    this.presented = true;
    const { id } = this.asset;
    this.player?.load({ playback, asset: id, keepPlace, renew: () => this.askPlayback() });
  }

  /** With nothing else in focus, the player's keys work on the whole page. */
  onKey(event) {
    // A click beside everything puts the focus on <main>.
    const nowhere = event.target === document.body || event.target.id === "main";
    if (nowhere && isWatchable(this.asset)) this.player?.onKey(event);
  }

  paint() {
    const { asset, element } = this;
    document.title = `${asset.title} · StreamFetch`;
    setText(element, "title", asset.title);
    const facts = [formatDuration(asset.duration_ms), ...factsOf(asset).map(([, text]) => text)];
    const spans = facts.filter(Boolean).map((text) => {
      const span = document.createElement("span");
      span.textContent = text;
      return span;
    });
    field(element, "meta").replaceChildren(...spans);
    const watchable = isWatchable(asset);
    show(this.playerTarget, watchable);
    show(this.workTarget, isWorking(asset) && !watchable);
    if (watchable && isWorking(asset)) {
      this.player?.note(t("More qualities are on the way"), null, { stays: true });
    } else if (this.wasWorking) {
      this.player?.note("");
    }
    this.wasWorking = isWorking(asset);
    show(this.failedTarget, asset.status === "failed");
    for (const button of [...this.needsReadyTargets, ...this.clipButtonTargets]) {
      button.disabled = asset.status !== "ready";
    }
    for (const button of this.clipButtonTargets) show(button, this.clips !== undefined);
    this.tags.paint(asset.tags ?? []);
    this.paintLog(asset.processing_log ?? []);
    if (isWorking(asset)) {
      const running = asset.processing?.state === "running";
      const percent = running ? asset.processing.percent : null;
      setText(element, "work-stage", workLine(asset));
      setMeter(field(element, "work-meter"), percent ?? null);
      setText(element, "work-percent", percent == null ? "" : `${Math.floor(percent)} %`);
    }
    setText(element, "reason", asset.last_error?.message ?? "");
    this.paintFacts();
  }

  paintFacts() {
    const { asset, element } = this;
    const set = (name, text) => setText(element, name, text || "–");
    set("duration", formatDuration(asset.duration_ms));
    set("picture", asset.width ? `${asset.width} × ${asset.height}` : "");
    set("frame-rate", frameRate(asset.frame_rate));
    set("video-codec", asset.video_codec);
    set("audio-codec", asset.audio_codec);
    set("size", formatSize(asset.size_bytes));
    set("type", asset.content_type);
    set("added", formatAge(asset.created_at));
  }

  /** @param {{at: string, stage: string, message: string}[]} entries oldest first */
  paintLog(entries) {
    show(this.logTarget, entries.length > 0);
    const rows = entries.map(({ at, message }) => {
      const row = document.createElement("li");
      const time = document.createElement("time");
      time.dateTime = at;
      time.className = "figures";
      time.textContent = new Date(at).toLocaleTimeString();
      const text = document.createElement("span");
      text.textContent = message;
      row.append(time, text);
      return row;
    });
    this.logListTarget.replaceChildren(...rows);
  }

  async guard(action, button) {
    if (button) button.disabled = true;
    try {
      await action();
    } catch (error) {
      toastError(error);
    } finally {
      if (button) button.disabled = false;
    }
  }

  project(event) {
    return this.guard(() => makeProject(this.asset), event.currentTarget);
  }

  rename(event) {
    return this.guard(async () => {
      const renamed = await renameAsset(this.asset);
      if (renamed) this.take(renamed);
    }, event.currentTarget);
  }

  delete(event) {
    return this.guard(async () => {
      if (await deleteAsset(this.asset, null)) leaveDeleted(this.asset);
    }, event.currentTarget);
  }

  reprocess(event) {
    return this.guard(async () => {
      await reprocessAsset(this.asset);
      await this.take({ status: "processing", last_error: null, processing: null });
    }, event.currentTarget);
  }
}

application.register("asset", AssetController);
