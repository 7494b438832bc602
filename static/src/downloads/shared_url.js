/** What other apps and bookmarks send us. Pure. */

/** The first address in what another app shared with us. */
export function sharedUrl(search) {
  const given = new URLSearchParams(search);
  const texts = [given.get("url"), given.get("text"), given.get("title")];
  for (const text of texts) {
    const found = /https?:\/\/[^\s<>"']+/.exec(text ?? "");
    if (found) return found[0];
  }
  return "";
}
