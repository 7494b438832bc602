/** Entry of the page of webhooks. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { toast, toastError } from "../shared/toasts.js";
import { DeliveryLog } from "./delivery_log.js";

const OVERLAP_HOURS = 24;

class WebhooksController extends Controller {
  static targets = [
    "add", "secret", "secretText", "form", "formTitle", "error", "empty", "list", "card", "delivery",
  ];

  connect() {
    this.webhooks = new Map();
    this.logs = new Map();
    this.editing = null;
    for (const webhook of pageData().webhooks ?? []) this.put(webhook, "append");
    this.paintEmpty();
    this.listTarget.addEventListener("click", (event) => this.press(event));
  }

  card(id) {
    return this.listTarget.querySelector(`[data-webhook="${CSS.escape(id)}"]`);
  }

  put(webhook, where = "prepend") {
    const { secret: _secret, ...known } = webhook;
    this.webhooks.set(webhook.id, known);
    let card = this.card(webhook.id);
    if (!card) {
      card = fromTemplate(this.cardTarget);
      card.dataset.webhook = webhook.id;
      this.listTarget[where](card);
    }
    setText(card, "name", webhook.description || new URL(webhook.url).host);
    setText(card, "url", webhook.url);
    const state = field(card, "state");
    state.dataset.state = webhook.is_active ? (webhook.failing_since ? "failed" : "succeeded") : "";
    state.textContent = webhook.is_active ? (webhook.failing_since ? t("Failing") : t("On")) : t("Off");
    const toggle = card.querySelector("[data-do='switch']");
    toggle.checked = webhook.is_active;
    toggle.setAttribute("aria-label", t("Send events to {url}", { url: webhook.url }));
    const tags = webhook.events.map((name) => {
      const tag = document.createElement("code");
      tag.className = "tag";
      tag.textContent = name;
      return tag;
    });
    field(card, "events").replaceChildren(...tags);
    this.paintTrouble(card, webhook);
    this.paintEmpty();
  }

  paintTrouble(card, { failing_since: failing, disabled_at: disabled, previous_secret_until: until }) {
    const at = (time) => new Date(time).toLocaleString();
    const text = disabled
      ? t("Switched off on {time}, because nothing got through for days. Mend the address, then switch it on.", { time: at(disabled) })
      : failing && t("Nothing has got through since {time}. The log says why.", { time: at(failing) });
    setText(card, "trouble", text || "");
    show(field(card, "trouble"), Boolean(text));
    const both = Date.parse(until ?? "") > Date.now();
    setText(card, "rotation", both ? t("The previous secret signs as well until {time}.", { time: at(until) }) : "");
    show(field(card, "rotation"), both);
  }

  paintEmpty() {
    show(this.emptyTarget, this.webhooks.size === 0 && this.formTarget.hidden);
  }

  add() {
    this.open(null);
  }

  open(webhook) {
    const form = this.formTarget;
    this.editing = webhook?.id ?? null;
    this.formTitleTarget.textContent = webhook ? t("Change the webhook") : t("A new webhook");
    form.elements.url.value = webhook?.url ?? "";
    form.elements.description.value = webhook?.description ?? "";
    const wanted = webhook?.events ?? ["asset.ready", "asset.failed"];
    for (const box of form.querySelectorAll("[name='events']")) box.checked = wanted.includes(box.value);
    this.refuse("");
    show(form, true);
    this.paintEmpty();
    form.scrollIntoView({ block: "nearest" });
    form.elements.url.focus();
  }

  close() {
    show(this.formTarget, false);
    this.paintEmpty();
    this.addTarget.focus();
  }

  refuse(message) {
    this.errorTarget.textContent = message;
    show(this.errorTarget, message !== "");
  }

  async save(event) {
    event.preventDefault();
    const form = this.formTarget;
    const data = new FormData(form);
    const events = data.getAll("events");
    if (events.length === 0) {
      this.refuse(t("Choose at least one event."));
      return;
    }
    const body = { url: data.get("url").trim(), description: data.get("description").trim(), events };
    const button = event.submitter ?? form.querySelector("button");
    button.disabled = true;
    try {
      if (this.editing) {
        this.put(await api(`webhooks/${this.editing}/`, { method: "PATCH", body }));
      } else {
        const made = await api("webhooks/", { method: "POST", body });
        this.put(made);
        this.showSecret(made.secret);
      }
      this.close();
    } catch (error) {
      this.refuse(error.message);
    } finally {
      button.disabled = false;
    }
  }

  showSecret(secret) {
    this.secretTextTarget.textContent = secret;
    show(this.secretTarget, true);
    this.secretTarget.scrollIntoView({ block: "nearest" });
  }

  hideSecret() {
    this.secretTextTarget.textContent = "";
    show(this.secretTarget, false);
  }

  async copySecret() {
    try {
      await navigator.clipboard.writeText(this.secretTextTarget.textContent);
      toast(t("Copied"), { tone: "success" });
    } catch {
      getSelection().selectAllChildren(this.secretTextTarget);
      toast(t("The browser does not let us copy: press Ctrl+C."));
    }
  }

  log(id) {
    if (!this.logs.has(id)) {
      const root = field(this.card(id), "log");
      this.logs.set(id, new DeliveryLog({ root, template: this.deliveryTarget, id }));
    }
    return this.logs.get(id);
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    const id = event.target.closest("[data-webhook]")?.dataset.webhook;
    if (!button || !id) return;
    button.disabled = true;
    try {
      await this[`${button.dataset.do}One`](id, button);
    } catch (error) {
      toastError(error);
      if (this.webhooks.has(id)) this.put(this.webhooks.get(id));
    } finally {
      button.disabled = false;
    }
  }

  async switchOne(id, box) {
    const body = { is_active: box.checked };
    this.put(await api(`webhooks/${id}/`, { method: "PATCH", body }));
  }

  async pingOne(id) {
    await api(`webhooks/${id}/ping/`, { method: "POST" });
    await this.openLog(id);
  }

  editOne(id) {
    this.open(this.webhooks.get(id));
  }

  async rotateOne(id) {
    const sure = await ask({
      title: t("Make a new secret?"),
      text: t("What is sent is signed with both for {hours} hours, so that your program can change in peace.", { hours: OVERLAP_HOURS }),
      ok: t("Make it"),
    });
    if (!sure) return;
    const body = { overlap_hours: OVERLAP_HOURS };
    const rotated = await api(`webhooks/${id}/rotate-secret/`, { method: "POST", body });
    this.put(rotated);
    this.showSecret(rotated.secret);
  }

  async deleteOne(id) {
    const sure = await ask({
      title: t("Delete this webhook?"),
      text: t("Nothing is sent to it any more, and its log goes too."),
      ok: t("Delete"),
      danger: true,
    });
    if (!sure) return;
    await api(`webhooks/${id}/`, { method: "DELETE" });
    this.card(id).remove();
    this.webhooks.delete(id);
    this.logs.delete(id);
    this.paintEmpty();
  }

  async logOne(id, button) {
    const open = field(this.card(id), "log").hidden;
    if (open) await this.openLog(id);
    else show(field(this.card(id), "log"), false);
    button.setAttribute("aria-expanded", String(open));
  }

  async openLog(id) {
    show(field(this.card(id), "log"), true);
    this.card(id).querySelector("[data-do='log']").setAttribute("aria-expanded", "true");
    await this.log(id).refresh();
  }

  async resendOne(id, button) {
    await this.log(id).resend(button.closest("[data-delivery]").dataset.delivery);
  }

  async moreOne(id) {
    await this.log(id).more();
  }
}

application.register("webhooks", WebhooksController);
