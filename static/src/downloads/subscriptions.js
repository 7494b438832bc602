/** Entry of the subscriptions page. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { ask } from "../shared/dialogs.js";
import { field, fromTemplate, setIcon, setText, show } from "../shared/dom.js";
import { api, ApiError, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { languageOptions, tracksIn } from "../shared/languages.js";
import { formatAge } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { complaintAbout } from "../uploads/link_form.js";

const EVERY = { 1: "every hour", 6: "every 6 hours", 24: "every day", 168: "every week" };

/** @param {object} subscription as in GET subscriptions/{id}/ */
export function aboutSubscription(subscription) {
  const rhythm = subscription.is_active ? t(EVERY[subscription.every_hours]) : t("paused");
  const fetched = t("{count} fetched", { count: subscription.fetched_count });
  const checked = subscription.last_check_at
    ? t("checked {age}", { age: formatAge(subscription.last_check_at) })
    : t("not checked yet");
  return [rhythm, fetched, checked].join(" · ");
}

class SubscriptionsController extends Controller {
  static targets = ["form", "list", "row", "empty"];

  connect() {
    this.known = new Map();
    for (const each of pageData().subscriptions ?? []) this.put(each, { at: "end" });
    this.showRows();
    this.formTarget.elements.subtitles.append(...languageOptions());
    this.formTarget.addEventListener("submit", (event) => this.submit(event));
    this.listTarget.addEventListener("click", (event) => this.press(event));
  }

  put(subscription, { at = "start" } = {}) {
    const known = this.known.get(subscription.id);
    const row = known?.row ?? fromTemplate(this.rowTarget);
    this.known.set(subscription.id, { row, subscription });
    row.dataset.id = subscription.id;
    setText(row, "title", subscription.title);
    setText(row, "url", subscription.url);
    setText(row, "about", aboutSubscription(subscription));
    setText(row, "reason", subscription.error?.message ?? "");
    show(field(row, "reason"), Boolean(subscription.error));
    const toggle = row.querySelector("[data-do='toggle']");
    setIcon(toggle, subscription.is_active ? "pause" : "play");
    const label = subscription.is_active ? t("Pause") : t("Go on");
    toggle.setAttribute("aria-label", label);
    toggle.dataset.tip = label;
    if (!known) this.listTarget[at === "start" ? "prepend" : "append"](row);
  }

  showRows() {
    const any = this.listTarget.children.length > 0;
    show(this.emptyTarget, !any);
    show(this.listTarget, any);
  }

  complain(text) {
    const error = field(this.formTarget, "error");
    error.textContent = text ?? "";
    show(error, text !== null);
    this.formTarget.elements.url.toggleAttribute("aria-invalid", text !== null);
  }

  async submit(event) {
    event.preventDefault();
    const form = this.formTarget;
    const url = form.elements.url.value.trim();
    const complaint = complaintAbout(url);
    this.complain(complaint);
    if (complaint) return;
    const button = form.querySelector("button");
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    try {
      const body = {
        url,
        preset: form.elements.preset.value,
        subtitles: tracksIn(form.elements.subtitles.value),
        every_hours: Number(form.elements.every_hours.value),
        newest: Number(form.elements.newest.value),
      };
      this.put(await api("subscriptions/", { method: "POST", body }));
      this.showRows();
      form.elements.url.value = "";
    } catch (failure) {
      if (failure instanceof ApiError) this.complain(failure.message);
      else toastError(failure);
    } finally {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do]");
    if (!button) return;
    const { id } = button.closest("[data-id]").dataset;
    const { row, subscription } = this.known.get(id);
    const path = `subscriptions/${id}/`;
    button.disabled = true;
    try {
      if (button.dataset.do === "check") {
        this.put(await api(`${path}check/`, { method: "POST" }));
        toast(t("New videos are looked for within a minute."));
      } else if (button.dataset.do === "toggle") {
        const body = { is_active: !subscription.is_active };
        this.put(await api(path, { method: "PATCH", body }));
      } else if (await this.confirmEnd(subscription)) {
        await api(path, { method: "DELETE" });
        this.known.delete(id);
        row.remove();
        this.showRows();
      }
    } catch (error) {
      toastError(error);
    } finally {
      button.disabled = false;
    }
  }

  confirmEnd(subscription) {
    return ask({
      title: t("End this subscription?"),
      text: t("Nothing new of “{title}” is fetched then. What is in the library stays.", {
        title: subscription.title,
      }),
      ok: t("End it"),
      danger: true,
    });
  }
}

application.register("subscriptions", SubscriptionsController);
