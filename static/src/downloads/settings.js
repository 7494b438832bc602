/** Entry of the download settings: cookies, the bookmark. */
import { Controller } from "@hotwired/stimulus";
import { application } from "../shared/application.js";
import { field, fromTemplate, setText, show } from "../shared/dom.js";
import { api, ApiError, pageData } from "../shared/http.js";
import { t } from "../shared/i18n.js";
import { formatAge } from "../shared/time.js";
import { toast, toastError } from "../shared/toasts.js";
import { bindBookmarklets } from "./bookmarklet.js";

const MAX_FILE_BYTES = 256 * 1024;

class DownloadSettingsController extends Controller {
  static targets = ["form", "list", "row"];

  connect() {
    bindBookmarklets(this.element);
    this.cookies = pageData().cookies ?? [];
    this.fill();
    this.formTarget.addEventListener("submit", (event) => this.submit(event));
    this.listTarget.addEventListener("click", (event) => this.press(event));
  }

  fill() {
    this.listTarget.replaceChildren(
      ...this.cookies.map((each) => {
        const row = fromTemplate(this.rowTarget);
        row.dataset.id = each.id;
        setText(row, "site", each.site);
        const about = t("{count} cookies, kept {age}", {
          count: each.cookie_count,
          age: formatAge(each.updated_at),
        });
        setText(row, "about", about);
        return row;
      }),
    );
    show(this.listTarget, this.cookies.length > 0);
  }

  complain(text) {
    const error = field(this.formTarget, "error");
    error.textContent = text ?? "";
    show(error, text !== null);
  }

  async submit(event) {
    event.preventDefault();
    const form = this.formTarget;
    const site = form.elements.site.value.trim();
    const [file] = form.elements.file.files;
    if (!site || !file) {
      this.complain(t("Name the site and choose the file with its cookies."));
      return;
    }
    if (file.size > MAX_FILE_BYTES) {
      this.complain(t("This file is too large to be a cookie file."));
      return;
    }
    this.complain(null);
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const body = { site, cookies: await file.text() };
      const kept = await api("downloads/cookies/", { method: "POST", body });
      this.cookies = [kept, ...this.cookies.filter((each) => each.id !== kept.id)];
      this.fill();
      form.reset();
      toast(t("The cookies are kept."), { tone: "success" });
    } catch (failure) {
      if (failure instanceof ApiError) this.complain(failure.message);
      else toastError(failure);
    } finally {
      button.disabled = false;
    }
  }

  async press(event) {
    const button = event.target.closest("[data-do='remove']");
    if (!button) return;
    const { id } = button.closest("[data-id]").dataset;
    button.disabled = true;
    try {
      await api(`downloads/cookies/${id}/`, { method: "DELETE" });
      this.cookies = this.cookies.filter((each) => each.id !== id);
      this.fill();
    } catch (error) {
      button.disabled = false;
      toastError(error);
    }
  }
}

application.register("download-settings", DownloadSettingsController);
