/** Puts the remembered theme on <html> before the first paint. Classic script. */
try {
  const { theme } = JSON.parse(localStorage.getItem("streamfetch.preferences")).values;
  if (theme === "light" || theme === "dark") {
    document.documentElement.dataset.theme = theme;
  }
} catch {
  // Nothing is remembered, or storage is switched off: follow the system.
}
