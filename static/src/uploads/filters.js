/** What the library shows, as fields, as the page's address and as a question. Pure. */

export const NO_FILTERS = Object.freeze({
  search: "",
  kind: "",
  status: "",
  tag: "",
  created_after: "",
  created_before: "",
  sort: "newest",
  deleted: "",
});

const NAMES = Object.keys(NO_FILTERS);
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const ALLOWED = {
  kind: /^(video|audio|image|pdf)?$/,
  status: /^(processing|ready|failed)?$/,
  created_after: DAY,
  created_before: DAY,
  sort: /^(newest|oldest|title|size|duration)$/,
  deleted: /^true$/,
};

/** @param {string} address the search part, "?kind=video" @returns {typeof NO_FILTERS} */
export function readFilters(address) {
  const given = new URLSearchParams(address);
  const filters = { ...NO_FILTERS };
  for (const name of NAMES) {
    const value = given.get(name)?.trim().slice(0, 100) ?? "";
    if (value !== "" && (ALLOWED[name]?.test(value) ?? true)) filters[name] = value;
  }
  return filters;
}

/** @returns {string} "" or "?kind=video&sort=title": what differs from nothing */
export function addressOf(filters) {
  const changed = NAMES.filter((name) => filters[name] !== NO_FILTERS[name]);
  const query = new URLSearchParams(changed.map((name) => [name, filters[name]]));
  return changed.length > 0 ? `?${query}` : "";
}

/** @returns {string} the path of a page of assets */
export function pageOf(filters, cursor = "") {
  const query = new URLSearchParams(addressOf(filters));
  if (cursor) query.set("cursor", cursor);
  const text = query.toString();
  return text ? `assets/?${text}` : "assets/";
}

/** Whether some assets may be left out; the order leaves out none. */
export const isFiltered = (filters) =>
  NAMES.some((name) => name !== "sort" && filters[name] !== NO_FILTERS[name]);

/** Whether what has just arrived belongs at the top. */
export const takesNew = (filters) => !isFiltered(filters) && filters.sort === "newest";

/** The cursor of the next page, which servers name by address or by itself. */
export function cursorOf(next) {
  if (!next) return "";
  if (!/^(https?:|\/)/.test(next)) return next;
  return new URL(next, location.href).searchParams.get("cursor") ?? "";
}
