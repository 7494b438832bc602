import "../shared/application.js";
