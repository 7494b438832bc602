/** The engines to choose from, and the dialog that takes a key for one. */
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { hindrance } from "./engine_choice.js";
import { formatMoney } from "./wording.js";

const QUALITIES = { demo: "Demo quality", production: "Production quality" };

const ABILITIES = [
  ["is_offline", "Works offline"],
  ["clones_voices", "Keeps the voices"],
  ["keeps_background", "Keeps music and noises"],
  ["edits_transcript", "Words can be changed"],
  ["detects_language", "Finds the language"],
];

function price(engine) {
  if (engine.usd_per_minute === 0) return t("Free");
  if (engine.usd_per_minute == null) return t("Price not known");
  return t("{money} a minute", { money: formatMoney(engine.usd_per_minute) });
}

function note(engine) {
  const why = hindrance(engine);
  if (why === "unavailable") {
    return t("Not available on this server: {reason}.", { reason: engine.unavailable_reason });
  }
  if (why === "key") return t("Needs a key of your own account there.");
  return "";
}

/** @param {HTMLTemplateElement} template */
export function engineCard(template, engine, { isChosen }) {
  const card = fromTemplate(template);
  const input = card.querySelector("input");
  input.value = engine.name;
  input.checked = isChosen;
  input.disabled = !engine.is_available;
  card.dataset.engine = engine.name;
  setText(card, "label", engine.label);
  setText(card, "quality", t(QUALITIES[engine.quality] ?? engine.quality));
  setText(card, "price", price(engine));
  setText(card, "description", engine.description);
  const tags = ABILITIES.filter(([name]) => engine[name]).map(([, words]) => {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.textContent = t(words);
    return tag;
  });
  field(card, "abilities").replaceChildren(...tags);
  setText(card, "note", note(engine));
  show(field(card, "note"), note(engine) !== "");
  const button = card.querySelector("[data-do='key']");
  show(button, engine.needs_key && engine.is_available);
  setText(card, "key-words", engine.has_key ? t("Change the key") : t("Enter the key"));
  return card;
}

/**
 * Asks for a key. It is written once; what is known of it later is its end.
 * @returns {Promise<boolean>} whether something changed
 */
export async function askForKey(dialog) {
  const form = dialog.querySelector("form");
  const input = form.elements.key;
  const error = field(dialog, "error");
  const forget = dialog.querySelector("[data-do='forget']");
  const over = new AbortController();
  const { signal } = over;
  let changed = false;
  input.value = "";
  show(error, false);
  const known = await knownKey();
  show(forget, known !== null);
  show(field(dialog, "known"), known !== null);
  if (known) setText(dialog, "known", t("A key that ends in {hint} is kept.", { hint: known.hint }));
  const complain = (text) => {
    error.textContent = text;
    show(error, true);
    input.focus();
  };
  const store = async (event) => {
    event.preventDefault();
    const key = input.value.trim();
    if (!/^[\x21-\x7e]{8,200}$/.test(key)) {
      complain(t("A key has at least 8 characters and no spaces. Copy it again."));
      return;
    }
    try {
      await api("automation/engine-keys/", { method: "POST", body: { engine: "elevenlabs", key } });
      changed = true;
      toast(t("The key is kept."), { tone: "success" });
      dialog.close();
    } catch (problem) {
      complain(problem.errors?.[0]?.message ?? problem.message);
    }
  };
  form.addEventListener("submit", store, { signal });
  forget.addEventListener(
    "click",
    async () => {
      try {
        await api(`automation/engine-keys/${known.id}/`, { method: "DELETE" });
        changed = true;
        toast(t("The key is forgotten."));
        dialog.close();
      } catch (problem) {
        toastError(problem);
      }
    },
    { signal },
  );
  dialog.querySelector("[data-do='close']").addEventListener("click", () => dialog.close(), { signal });
  dialog.showModal();
  input.focus();
  await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  over.abort();
  input.value = "";
  return changed;
}

async function knownKey() {
  try {
    const { results } = await api("automation/engine-keys/");
    return results.find(({ engine }) => engine === "elevenlabs") ?? null;
  } catch {
    return null;
  }
}
