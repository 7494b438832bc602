/** A bookmark that opens the downloads page for the page one is looking at. */
export function bindBookmarklets(root) {
  const address = JSON.stringify(`${location.origin}/downloads/?url=`);
  for (const link of root.querySelectorAll("[data-bookmarklet]")) {
    link.setAttribute("href", `javascript:void(open(${address}+encodeURIComponent(location.href)))`);
    link.addEventListener("click", (event) => event.preventDefault());
  }
}
