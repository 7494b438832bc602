/** Puts the remembered theme on <html> before the first paint. Classic script. */
try {
  const choice = localStorage.getItem("streamfetch.theme");
  if (choice === "light" || choice === "dark") {
    document.documentElement.dataset.theme = choice;
  }
} catch {
  // Storage can be switched off; the page then follows the system.
}
