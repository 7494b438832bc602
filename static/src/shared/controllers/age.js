/** A time the server wrote, said as people say it and in their own time zone. */
import { Controller } from "@hotwired/stimulus";
import { formatAge } from "../time.js";

export class AgeController extends Controller {
  connect() {
    const at = new Date(this.element.dateTime);
    this.element.textContent = formatAge(this.element.dateTime);
    this.element.title = at.toLocaleString();
  }
}
