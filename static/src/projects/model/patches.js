/**
 * What changed between two documents, small enough to keep every step of.
 *
 * A patch is a list of [path, before, after]; `undefined` stands for absent. Lists
 * of things with ids are compared thing by thing, and the order apart from them.
 * Applying one way or the other takes `before` or `after`. Pure.
 */

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const isKeyed = (value) =>
  Array.isArray(value) && value.every((each) => isObject(each) && "id" in each);

/** What follows from the rest is neither compared nor kept. */
const DERIVED = new Set(["duration"]);
const isDerived = (path, value) =>
  DERIVED.has(path.at(-1)) && typeof value !== "object" && !path.includes("transitions");

/** Lists whose order means something: what lies above what, what is done first. */
const ORDERED = new Set(["text_overlays", "effects"]);

/** Equal in content; both are plain JSON. */
export function same(a, b) {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, index) => same(each, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => same(a[key], b[key]));
}

/** @returns {[string[], any, any][]} */
export function diff(before, after, path = []) {
  if (Object.is(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => {
      const deeper = [...path, key];
      return isDerived(deeper, after[key]) ? [] : diff(before[key], after[key], deeper);
    });
  }
  const keyed = isKeyed(before) && isKeyed(after) && before.length + after.length > 0;
  if (keyed) return diffKeyed(before, after, path);
  return same(before, after) ? [] : [[path, before, after]];
}

function diffKeyed(before, after, path) {
  const old = new Map(before.map((each) => [each.id, each]));
  const fresh = new Map(after.map((each) => [each.id, each]));
  const changes = [];
  for (const [id, each] of old) {
    if (!fresh.has(id)) changes.push([[...path, `#${id}`], each, undefined]);
    else changes.push(...diff(each, fresh.get(id), [...path, `#${id}`]));
  }
  for (const [id, each] of fresh) {
    if (!old.has(id)) changes.push([[...path, `#${id}`], undefined, each]);
  }
  const isPrefix = before.every(({ id }, index) => after[index]?.id === id);
  if (ORDERED.has(path.at(-1)) && !isPrefix) {
    changes.push([[...path, "#"], before.map(({ id }) => id), after.map(({ id }) => id)]);
  }
  return changes;
}

/** @param {"before" | "after"} side which values to take */
export function apply(document, patch, side = "after") {
  const index = side === "after" ? 2 : 1;
  return patch.reduce((next, change) => put(next, change[0], change[index]), document);
}

function put(value, [key, ...rest], content) {
  if (key === undefined) return content;
  if (key === "#") return ordered(value ?? [], content);
  if (key.startsWith("#")) return putKeyed(value ?? [], key.slice(1), rest, content);
  const base = isObject(value) ? value : {};
  if (rest.length === 0 && content === undefined) {
    const { [key]: _gone, ...left } = base;
    return left;
  }
  return { ...base, [key]: put(base[key], rest, content) };
}

function putKeyed(list, id, rest, content) {
  const index = list.findIndex((each) => each.id === id);
  if (rest.length === 0 && content === undefined) return list.filter((each) => each.id !== id);
  if (index < 0) return rest.length === 0 ? [...list, content] : list;
  return list.map((each, at) => (at === index ? put(each, rest, content) : each));
}

/** Things that the order does not name stay behind the others. */
function ordered(list, ids) {
  const place = new Map(ids.map((id, index) => [id, index]));
  return [...list].sort(
    (a, b) => (place.get(a.id) ?? ids.length) - (place.get(b.id) ?? ids.length),
  );
}

const startsWith = (path, start) => start.every((key, index) => path[index] === key);

/** Whether two patches touch the same thing. Order of lists may be merged. */
export function collide(one, other) {
  return one.some(([path]) =>
    other.some(
      ([second]) =>
        path.at(-1) !== "#" &&
        second.at(-1) !== "#" &&
        (startsWith(path, second) || startsWith(second, path)),
    ),
  );
}

/**
 * Both sides' changes of one base, or null where they touch the same thing.
 * @returns {object | null}
 */
export function merged(base, mine, theirs) {
  const ours = diff(base, mine);
  const others = diff(base, theirs);
  return collide(ours, others) ? null : apply(theirs, ours);
}
