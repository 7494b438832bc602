/** Entry of the page of one dub. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { EVENTS } from "../shared/constants.js";
import { ask } from "../shared/dialogs.js";
import { field, setMeter, setText, show } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { isActive, percentOf } from "../shared/jobs.js";
import { formatDuration } from "../shared/time.js";
import { toastError } from "../shared/toasts.js";
import { ChunkList } from "./chunk_list.js";
import { languageNames } from "./engine_choice.js";
import { askForKey } from "./engine_step.js";
import { JobLink } from "./job_link.js";
import { actionsOf, canRedoOne, emptyState, lacksChunks, LOG_LIMIT, reduce } from "./job_state.js";
import { LogView } from "./log_view.js";
import { adviceFor } from "./report_words.js";
import { ResultView } from "./result_view.js";
import { Review } from "./review.js";
import { formatMoney, keptWords, progressLine, routeOf, stagesOf, statusOf } from "./wording.js";
import { toggleWords } from "./words_editor.js";

const LOG_PAGE = 200;

function pathOf(address) {
  const { pathname, search } = new URL(address, location.href);
  return pathname + search;
}

class DubJobController extends Controller {
  static targets = [
    "name", "status", "route", "setting", "tools", "retryWords", "stages", "overall", "notice",
    "cuts", "tabs", "result", "report", "check", "chunks", "chunk", "editor", "cue", "log",
  ];

  connect() {
    this.leaving = new AbortController();
    const { signal } = this.leaving;
    this.state = emptyState(pageData().job);
    this.engines = [];
    this.language = this.state.job.config.target_languages[0];
    this.log = new LogView(this.logTarget);
    this.result = new ResultView(this.resultTarget, { report: this.reportTarget, check: this.checkTarget });
    this.parts = new ChunkList(this.chunksTarget, {
      template: this.chunkTarget,
      onAct: (what, chunk, row) => (what === "redo" ? this.redo(chunk) : this.edit(chunk, row)),
    });
    this.review = new Review(this.cutsTarget, { took: (job) => this.take("job", job) });
    this.element.addEventListener("click", (event) => this.press(event), { signal });
    document.addEventListener(EVENTS.RESYNC, () => this.loadAll(), { signal });
    this.paint();
    this.learnEngines();
    this.link = new JobLink({
      open: () => new EventSource(this.state.job.stream_url),
      deliver: (name, value) => this.take(name, value),
      resync: () => this.loadAll(),
    });
  }

  disconnect() {
    this.leaving.abort();
    this.link.close();
    this.review.destroy();
    cancelAnimationFrame(this.painting);
  }

  take(type, value) {
    const wasActive = isActive(this.state.job);
    this.state = reduce(this.state, { type, value });
    // At the end the sound of parts is removed, of which no event tells.
    const hasEnded = wasActive && !isActive(this.state.job);
    if (type === "job" && (hasEnded || lacksChunks(this.state))) this.loadChunks();
    cancelAnimationFrame(this.painting);
    this.painting = requestAnimationFrame(() => this.paint());
  }

  get path() {
    return `automation/jobs/${this.state.job.id}`;
  }

  async loadAll() {
    const { signal } = this.leaving;
    try {
      const [job, chunks, lines] = await Promise.all([
        api(`${this.path}/`, { signal }),
        api(`${this.path}/chunks/`, { signal }),
        this.loadLines(),
      ]);
      this.take("job", job);
      this.take("chunks", chunks);
      this.take("lines", lines);
    } catch {
      // The link asks again while the server is away.
    }
  }

  /** All of them: events come only for those that change. */
  async loadChunks() {
    if (this.loadingChunks) return;
    this.loadingChunks = true;
    try {
      this.take("chunks", await api(`${this.path}/chunks/`, { signal: this.leaving.signal }));
    } catch {
      // The next event asks again.
    } finally {
      this.loadingChunks = false;
    }
  }

  async loadLines() {
    const lines = [];
    let next = `${this.path}/logs/?page_size=${LOG_PAGE}`;
    while (next && lines.length < LOG_LIMIT) {
      const page = await api(next, { signal: this.leaving.signal });
      lines.push(...page.results);
      next = page.next && pathOf(page.next);
    }
    return lines.reverse();
  }

  async learnEngines() {
    try {
      this.engines = await api("automation/engines/", { signal: this.leaving.signal });
      this.paint();
    } catch {
      // Codes are shown instead of names, and words stay as they are.
    }
  }

  get engine() {
    return this.engines.find(({ name }) => name === this.state.job.config.engine);
  }

  get names() {
    return languageNames(this.engines);
  }

  paint() {
    const { job, chunks, lines } = this.state;
    this.paintHead(job);
    this.paintStages(job);
    this.paintNotice(job);
    this.paintTabs(job);
    this.review.paint(job);
    this.result.paint(job, this.language);
    const own = chunks.filter(({ language }) => language === this.language);
    this.parts.paint(job.awaits_review ? [] : own, {
      canEdit: this.engine?.edits_transcript ?? false,
      canRedo: actionsOf(job).redo && !job.awaits_review && canRedoOne(own, this.engine),
    });
    this.log.paint(lines);
  }

  paintHead(job) {
    this.nameTarget.textContent = job.name;
    const { name, tone } = statusOf(job);
    this.statusTarget.textContent = name;
    this.statusTarget.dataset.state = tone;
    this.routeTarget.textContent = routeOf(job.config, this.names);
    const facts = [this.engine?.label ?? job.config.engine, formatDuration(job.video_info.duration_ms || null)];
    this.settingTarget.textContent = facts.filter(Boolean).join(" · ");
    const actions = actionsOf(job);
    const failed = job.error?.failed_chunks?.length ?? 0;
    this.retryWordsTarget.textContent = failed > 0 ? t("Try what failed again") : t("Try again");
    for (const what of ["pause", "resume", "cancel", "retry"]) show(this.button(what), actions[what]);
    show(this.button("delete"), !isActive(job));
  }

  button(what) {
    return this.toolsTarget.querySelector(`[data-do="${what}"]`);
  }

  paintStages(job) {
    const items = stagesOf(job).map(({ stage, name, state, words }) => {
      const item = document.createElement("li");
      item.dataset.stage = stage;
      item.dataset.state = state;
      if (state === "now") item.setAttribute("aria-current", "step");
      const title = document.createElement("strong");
      title.textContent = name;
      const note = document.createElement("span");
      note.className = "row-sub figures";
      note.textContent = words;
      item.append(title, note);
      return item;
    });
    const print = items.map((item) => item.outerHTML).join("");
    if (print !== this.stagesPrint) this.stagesTarget.replaceChildren(...items);
    this.stagesPrint = print;
    const active = isActive(job);
    const words = progressLine(job);
    show(field(this.overallTarget, "meter"), active);
    if (active) setMeter(field(this.overallTarget, "meter"), job.is_paused ? job.percent : percentOf(job));
    setText(this.overallTarget, "words", words);
    show(this.overallTarget, active || words !== "");
  }

  paintNotice(job) {
    const kept = keptWords(job.outputs);
    const error = job.state === "failed" ? job.error : null;
    show(this.noticeTarget, Boolean(error) || kept !== "");
    this.noticeTarget.classList.toggle("notice-danger", Boolean(error));
    if (!error && kept === "") return;
    const { advice, needs } = error ? adviceFor(error) : { advice: "", needs: "" };
    const title = kept || t("It stopped while: {stage}", { stage: stagesOf(job).find(({ state }) => state === "failed")?.name ?? t("Working") });
    setText(this.noticeTarget, "title", title);
    setText(this.noticeTarget, "text", [error?.message, advice].filter(Boolean).join(" "));
    show(this.noticeTarget.querySelector("[data-do='budget']"), needs === "budget");
    show(this.noticeTarget.querySelector("[data-do='key']"), needs === "key");
  }

  paintTabs(job) {
    const { target_languages: languages } = job.config;
    show(this.tabsTarget, languages.length > 1 && !job.awaits_review);
    const print = `${languages.join()} ${this.language} ${this.engines.length}`;
    if (print === this.tabsPrint) return;
    this.tabsPrint = print;
    const hadFocus = this.tabsTarget.contains(document.activeElement);
    const tabs = languages.map((code) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-selected", String(code === this.language));
      tab.tabIndex = code === this.language ? 0 : -1;
      tab.dataset.language = code;
      tab.textContent = this.names.get(code) ?? code;
      return tab;
    });
    this.tabsTarget.replaceChildren(...tabs);
    this.tabsTarget.onkeydown = (event) => this.onTabKey(event, languages);
    if (hadFocus) this.tabsTarget.querySelector("[aria-selected='true']")?.focus();
  }

  onTabKey(event, languages) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = languages.indexOf(this.language);
    this.language = languages[(at + step + languages.length) % languages.length];
    this.paint();
  }

  async press(event) {
    const tab = event.target.closest("[data-language]");
    if (tab) {
      this.language = tab.dataset.language;
      this.paint();
      return;
    }
    const button = event.target.closest("[data-do]");
    const what = button?.dataset.do;
    if (!["pause", "resume", "cancel", "retry", "delete", "budget", "key"].includes(what)) return;
    button.disabled = true;
    try {
      if (what === "delete") await this.remove();
      else if (what === "budget") await this.changeBudget();
      else if (what === "key") await askForKey(document.querySelector("[data-key-dialog]"));
      else if (what !== "cancel" || (await this.isSureToCancel())) {
        this.take("job", await api(`${this.path}/${what}/`, { method: "POST" }));
      }
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  isSureToCancel() {
    return ask({
      title: t("Cancel this dub?"),
      text: t("What is done stays. You can take it up again later; parts under way may still be billed."),
      ok: t("Cancel the dub"),
      cancel: t("Go on"),
      danger: true,
    });
  }

  async remove() {
    const sure = await ask({
      title: t("Delete this dub?"),
      text: t("Its parts, its log and unfinished results go for good. What is in the library stays."),
      ok: t("Delete"),
      danger: true,
    });
    if (!sure) return;
    await api(`${this.path}/`, { method: "DELETE" });
    location.assign("/automation/");
  }

  async changeBudget() {
    const answer = await ask({
      title: t("Change the budget"),
      text: t("{money} is spent so far. The missing parts are dubbed when you try again.", {
        money: formatMoney(this.state.job.spent_usd),
      }),
      ok: t("Keep"),
      input: { label: t("Budget in US dollars"), value: String(this.state.job.config.budget_usd ?? "") },
    });
    if (answer === null) return;
    const budget_usd = Number(answer.replace(",", "."));
    this.take("job", await api(`${this.path}/`, { method: "PATCH", body: { budget_usd } }));
  }

  edit(chunk, row) {
    toggleWords(row, chunk, {
      jobId: this.state.job.id,
      editor: this.editorTarget,
      cue: this.cueTarget,
      canRedo: actionsOf(this.state.job).redo,
      kept: (changed) => this.take("chunk", changed),
      redo: (changed) => this.redo(changed),
    });
  }

  async redo(chunk) {
    const price = this.engine?.usd_per_minute ?? 0;
    if (price > 0) {
      const cost = (price * (chunk.end_ms - chunk.start_ms)) / 60_000;
      const sure = await ask({
        title: t("Dub this part again?"),
        text: t("The engine makes another take, which costs about {money}.", { money: formatMoney(cost) }),
        ok: t("Dub it again"),
      });
      if (!sure) return;
    }
    try {
      const job = await api(`${this.path}/chunks/${chunk.id}/redo/`, { method: "POST" });
      this.take("job", job);
    } catch (error) {
      toastError(error);
    }
  }
}

application.register("dub-job", DubJobController);
