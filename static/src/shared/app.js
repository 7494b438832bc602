/** Entry of every page: header, menus, messages, live events. */
import { application } from "./application.js";
import { ActivityController } from "./controllers/activity.js";
import { AgeController } from "./controllers/age.js";
import { MenuController } from "./controllers/menu.js";
import { PlayerController } from "./controllers/player.js";
import { ThemeController } from "./controllers/theme.js";
import "./dialogs.js";
import { startEvents } from "./events.js";
import { preferences } from "./preferences.js";
import "./toasts.js";

application.register("activity", ActivityController);
application.register("age", AgeController);
application.register("menu", MenuController);
application.register("player", PlayerController);
application.register("theme", ThemeController);

// Only pages of somebody who is signed in have it.
if (document.querySelector("[data-controller~='activity']")) {
  startEvents();
  preferences.refresh();
}
