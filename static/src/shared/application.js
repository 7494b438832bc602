/** The one Stimulus application of a page. */
import { Application } from "@hotwired/stimulus";

export const application = Application.start();
