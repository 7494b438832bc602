/** Entry of the form for a new dub. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { field, paintRange, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toastError } from "../shared/toasts.js";
import { hindrance, languageNames, sourcesOf, targetsOf } from "./engine_choice.js";
import { askForKey, engineCard } from "./engine_step.js";
import { SourceStep } from "./source_step.js";
import { formatAbout, formatMoney } from "./wording.js";

const MAX_LANGUAGES = 5;
const ESTIMATE_AFTER_MS = 250;
/** What a price is said for while the length is not known. */
const EXAMPLE_MS = 600_000;

const STRATEGY_HELP = {
  silence: "Each cut lies in the pause that is nearest to an even length.",
  scene: "Cuts where the picture changes, then in the pause nearest to it.",
  fixed: "Every part has the same length, but for the move to the nearest pause.",
};

class NewDubController extends Controller {
  static targets = [
    "library", "search", "picks", "noPicks", "pick", "link", "look", "linkError", "found",
    "engines", "engine", "sourceLanguage", "targets", "why", "strategyHelp", "formatHelp",
    "strict", "parallelWords", "speakers", "watermark", "estimate", "budget", "complaint", "start",
  ];

  connect() {
    this.engines = [];
    const asked = new URLSearchParams(location.search);
    this.source = new SourceStep(
      {
        form: this.element,
        picks: this.picksTarget,
        pick: this.pickTarget,
        noPicks: this.noPicksTarget,
        search: this.searchTarget,
        look: this.lookTarget,
        found: this.foundTarget,
        linkError: this.linkErrorTarget,
        library: this.libraryTarget,
        link: this.linkTarget,
      },
      () => this.changed(),
    );
    if (asked.get("url")) {
      this.element.elements.origin.value = "url";
      this.element.elements.url.value = asked.get("url");
    }
    this.keyDialog = document.querySelector("[data-key-dialog]");
    this.enginesTarget.addEventListener("click", (event) => {
      if (event.target.closest("[data-do='key']")) this.enterKey();
    });
    // A sent form must not be sent twice, nor become a second job when it is.
    this.requestKey = newKey();
    this.source.fill(asked.get("asset") ?? "");
    this.loadEngines("");
  }

  disconnect() {
    clearTimeout(this.estimating);
    this.asking?.abort();
  }

  async loadEngines(chosen) {
    try {
      this.engines = await api("automation/engines/");
    } catch (error) {
      toastError(error);
      return;
    } finally {
      this.enginesTarget.removeAttribute("aria-busy");
    }
    const usable = this.engines.find((each) => hindrance(each) === "");
    const name = chosen || (usable ?? this.engines[0]).name;
    this.enginesTarget.replaceChildren(
      ...this.engines.map((each) =>
        engineCard(this.engineTarget, each, { isChosen: each.name === name }),
      ),
    );
    this.changed();
  }

  async enterKey() {
    if (await askForKey(this.keyDialog)) await this.loadEngines(this.chosenEngine?.name ?? "");
  }

  get chosenEngine() {
    return this.engines.find(({ name }) => name === this.element.elements.engine?.value);
  }

  look() {
    return this.source.look();
  }

  changed() {
    this.source.paint();
    const engine = this.chosenEngine;
    if (engine) {
      this.paintLanguages(engine);
      this.paintOptions(engine);
    }
    clearTimeout(this.estimating);
    this.estimating = setTimeout(() => this.estimate(), ESTIMATE_AFTER_MS);
  }

  paintLanguages(engine) {
    const names = languageNames(this.engines);
    const sources = sourcesOf(engine);
    const select = this.sourceLanguageTarget;
    const before = select.value || "en";
    const key = sources.join();
    if (select.dataset.key !== key) {
      select.dataset.key = key;
      const options = sources.map(
        (code) => new Option(code === "auto" ? t("Find out by itself") : (names.get(code) ?? code), code),
      );
      select.replaceChildren(...options);
      select.value = sources.includes(before) ? before : sources[0];
    }
    const targets = targetsOf(engine, this.engines, select.value);
    this.paintTargets(targets);
    const cannot = targets.filter(({ can }) => !can);
    show(this.whyTarget, cannot.length > 0);
    setText(this.whyTarget, "count", t("Why not {count} other languages?", { count: cannot.length }));
    const reasons = cannot.map(({ why }) => {
      const item = document.createElement("li");
      item.textContent = why;
      return item;
    });
    field(this.whyTarget, "reasons").replaceChildren(...reasons);
  }

  paintTargets(targets) {
    const chosen = new Set(this.targetLanguages);
    const can = targets.filter((each) => each.can);
    const kept = can.filter(({ code }) => chosen.has(code));
    const on = new Set((kept.length > 0 ? kept : can.filter(({ code }) => code === "es")).map(({ code }) => code));
    const pills = can.map(({ code, name }) => {
      const pill = document.createElement("label");
      pill.className = "dub-language";
      const box = document.createElement("input");
      box.type = "checkbox";
      box.name = "target";
      box.value = code;
      box.checked = on.has(code);
      box.disabled = !box.checked && on.size >= MAX_LANGUAGES;
      pill.append(box, name);
      return pill;
    });
    // Rebuilding the pills would take the focus from the one that was pressed.
    const focused = document.activeElement?.name === "target" ? document.activeElement.value : null;
    this.targetsTarget.replaceChildren(...pills);
    if (focused) this.targetsTarget.querySelector(`[value="${CSS.escape(focused)}"]`)?.focus();
    if (can.length === 0) {
      this.targetsTarget.textContent = t("This engine offers no language here. Choose another one.");
    }
  }

  get targetLanguages() {
    return [...this.targetsTarget.querySelectorAll("input:checked")].map(({ value }) => value);
  }

  paintOptions(engine) {
    const { chunking_strategy: strategy, output_format: format, max_parallel_jobs: parallel } =
      this.element.elements;
    this.strategyHelpTarget.textContent = t(STRATEGY_HELP[strategy.value]);
    show(this.strictTarget, strategy.value !== "silence");
    this.formatHelpTarget.textContent =
      format.value === "mp4"
        ? t("The picture is copied as it is where the file allows.")
        : t("The picture may have to be encoded once, which takes longer.");
    parallel.max = String(engine.max_parallel);
    paintRange(parallel);
    this.parallelWordsTarget.textContent = parallel.value;
    show(this.speakersTarget, engine.chooses_speakers);
    show(this.watermarkTarget, engine.watermark);
    show(this.budgetTarget, engine.usd_per_minute !== 0);
  }

  get config() {
    const { elements } = this.element;
    const engine = this.chosenEngine;
    const budget = elements.budget_usd.value.trim();
    return {
      engine: engine.name,
      source_language: elements.source_language.value,
      target_languages: this.targetLanguages,
      chunk_duration: Number(elements.chunk_duration.value),
      chunking_strategy: elements.chunking_strategy.value,
      strict_grid: elements.strict_grid.checked && elements.chunking_strategy.value !== "silence",
      max_parallel_jobs: Number(elements.max_parallel_jobs.value),
      video_quality: elements.video_quality.value,
      output_format: elements.output_format.value,
      use_watermark: engine.watermark && elements.use_watermark.checked,
      keep_intermediate_files: elements.keep_intermediate_files.checked,
      num_speakers: engine.chooses_speakers ? Number(elements.num_speakers.value) || 0 : 0,
      budget_usd: budget && engine.usd_per_minute !== 0 ? Number(budget) : null,
      review: elements.review.checked,
      then: elements.then.checked ? "project" : "",
    };
  }

  /** What is missing before anything can be asked of the server; "" when nothing is. */
  get missing() {
    if (!this.chosenEngine) return t("Choose an engine.");
    if (this.targetLanguages.length === 0) return t("Choose a language to dub into.");
    return "";
  }

  async estimate() {
    this.asking?.abort();
    const { source } = this;
    if (!this.chosenEngine || this.missing) {
      this.paintEstimate(null);
      this.complain(this.engines.length > 0 ? this.missing : "");
      return;
    }
    const asking = (this.asking = new AbortController());
    const asset = source.source?.asset;
    const known = Boolean(asset) || source.durationMs != null;
    const measure = asset ? { asset } : { duration_ms: source.durationMs ?? EXAMPLE_MS };
    try {
      const found = await api("automation/estimate/", {
        method: "POST",
        body: { ...measure, config: this.config },
        signal: asking.signal,
      });
      this.paintEstimate(found, { known });
      const over = known && !found.is_within_budget;
      this.complain(over ? t("This costs more than your budget. Raise it, or choose fewer languages.") : "");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.paintEstimate(null);
      this.complain(error.errors?.[0]?.message ?? error.message);
    }
  }

  paintEstimate(found, { known = false } = {}) {
    const list = this.estimateTarget;
    const forTen = found && !known ? t("for each 10 minutes of video") : "";
    setText(list, "cost", found ? costWords(found) : "–");
    const dearer = found && found.max_cost_usd > found.cost_usd;
    setText(
      list,
      "cost-note",
      (found?.cost_usd !== 0 && forTen) || (dearer ? t("up to {money} if begun minutes count", { money: formatMoney(found.max_cost_usd) }) : ""),
    );
    setText(list, "time", found ? formatAbout(found.time_s) : "–");
    setText(list, "time-note", found ? forTen || t("You need not wait here.") : "");
    setText(list, "parts", found ? String(found.engine_calls) : "–");
    const languages = this.targetLanguages.length;
    setText(
      list,
      "parts-note",
      found && languages > 1
        ? t("{count} in each of {languages} languages", { count: found.chunk_count, languages })
        : forTen,
    );
  }

  complain(text) {
    setText(this.complaintTarget, "text", text);
    show(this.complaintTarget, text !== "");
  }

  async start(event) {
    event.preventDefault();
    const chosen = this.source.source;
    const missing = chosen ? this.missing : t("Choose a video first, or paste a link.");
    if (missing) {
      this.complain(missing);
      this.element.querySelector(`[data-step="${chosen ? "language" : "source"}"]`).scrollIntoView();
      return;
    }
    this.startTarget.disabled = true;
    try {
      const job = await api("automation/jobs/", {
        method: "POST",
        headers: { "Idempotency-Key": this.requestKey },
        body: { ...chosen, config: this.config },
      });
      location.assign(job.target_url);
    } catch (error) {
      // Without an answer the job may exist: the same key then finds it.
      if (error.name === "ApiError") this.requestKey = newKey();
      this.complain(error.errors?.map(({ message }) => message).join(" ") || error.message);
      this.startTarget.disabled = false;
    }
  }
}

const newKey = () => `dub-${Date.now()}-${Math.random().toString(36).slice(2)}`;

function costWords({ cost_usd: cost }) {
  if (cost == null) return t("Not known");
  return cost === 0 ? t("Free") : formatMoney(cost);
}

application.register("new-dub", NewDubController);
