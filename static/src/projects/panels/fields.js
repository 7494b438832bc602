/**
 * Ties the fields of a panel to values: paints them when the document changes,
 * reports what a person enters. `data-bind` names the value, `data-kind` how it
 * is written.
 */
import { paintRange } from "../../shared/dom.js";
import { formatTimecode, parseTimecode } from "../../shared/time.js";

const number = (text) => {
  const value = Number(text.trim().replace(",", "."));
  return text.trim() === "" || !Number.isFinite(value) ? null : value;
};
const short = (value) => String(Math.round(value * 1000) / 1000);

/** How each kind is written and read; reading gives undefined for nonsense. */
const KINDS = {
  text: { write: (value) => value ?? "", read: (input) => input.value },
  // Never empty: while it is, what was there before stays.
  words: { write: (value) => value, read: (input) => (input.value.trim() ? input.value : undefined) },
  time: {
    write: formatTimecode,
    read: (input) => parseTimecode(input.value) ?? undefined,
  },
  number: {
    write: (value, { dataset }) => short((value ?? 0) * Number(dataset.factor ?? 1)),
    read: (input) => {
      const value = number(input.value);
      if (value === null) return undefined;
      const { min = -Infinity, max = Infinity, factor = 1 } = input.dataset;
      const limited = Math.max(Number(min), Math.min(Number(max), value));
      return Math.round((limited / Number(factor)) * 1e6) / 1e6;
    },
  },
  optional: {
    write: (value) => (value == null ? "" : String(value)),
    read: (input) => (input.value === "" ? null : Number(input.value)),
  },
  percent: {
    write: (value) => short((value ?? 0) * 100),
    read: (input) => {
      const value = number(input.value);
      return value === null ? undefined : Math.max(0, Math.min(1, Math.round(value * 100) / 10_000));
    },
  },
  flag: { check: (value) => value === true, read: (input) => input.checked },
  plate: { write: (value) => value ?? "#000000", read: (input) => input.value },
  "plate-flag": {
    check: (value) => value !== null && value !== undefined,
    read: (input) => (input.checked ? "#000000" : null),
  },
  size: {
    write: ({ width, height }) => `${width}x${height}`,
    read: (input) => {
      const [width, height] = input.value.split("x").map(Number);
      return { width, height };
    },
  },
};

const at = (object, path) => path.split(".").reduce((value, key) => value?.[key], object);

/** A select shows values that are not among its choices as one more choice. */
function ensureOption(select, value) {
  if ([...select.options].some((option) => option.value === value)) return;
  const label = value.replace(/^(\d+)x(\d+)$/, "$1 × $2");
  select.prepend(new Option(label, value));
}

export class BoundFields {
  /**
   * @param {HTMLElement} root
   * @param {(path: string, value: any, meta: {live: boolean}) => void} onInput
   */
  constructor(root, onInput) {
    this.root = root;
    this.inputs = [...root.querySelectorAll("[data-bind]")];
    root.addEventListener("submit", (event) => event.preventDefault());
    for (const input of this.inputs) {
      const live = ["range", "color", "textarea"].includes(input.type);
      input.addEventListener(live ? "input" : "change", () => this.#entered(input, onInput, live));
      if (input.dataset.kind === "words") {
        input.addEventListener("change", () => this.paint(this.values));
      }
      if (input.dataset.kind === "time") {
        input.addEventListener("keydown", (event) => this.#nudge(event, input, onInput));
      }
    }
  }

  /** @param {object} values paths of `data-bind` lead into it */
  paint(values) {
    this.values = values;
    for (const input of this.inputs) {
      const kind = KINDS[input.dataset.kind];
      const value = at(values, input.dataset.bind);
      if (kind.check) {
        input.checked = kind.check(value);
        continue;
      }
      const text = kind.write(value, input);
      if (input instanceof HTMLSelectElement) ensureOption(input, text);
      // Setting it moves the cursor, so only where it differs.
      if (input.value !== text) input.value = text;
      if (input.type === "range") paintRange(input);
      input.removeAttribute("aria-invalid");
    }
  }

  #entered(input, onInput, live) {
    const value = KINDS[input.dataset.kind].read(input);
    if (value === undefined) {
      input.setAttribute("aria-invalid", "true");
      return;
    }
    onInput(input.dataset.bind, value, { live });
    // What was entered may have been limited: show what holds now.
    if (!live) this.paint(this.values);
  }

  /** Up and down in a time field go by a frame, with Shift by a second. */
  #nudge(event, input, onInput) {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    const value = parseTimecode(input.value);
    if (!direction || value === null) return;
    event.preventDefault();
    const by = event.shiftKey ? 1 : (this.frame ?? 0.04);
    onInput(input.dataset.bind, Math.max(0, value + direction * by), { live: true });
  }
}
