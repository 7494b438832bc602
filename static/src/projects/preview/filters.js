/**
 * The renderer's effects as SVG filter primitives. Pure: effects in, descriptions
 * of elements out. Colours are worked on as the renderer does it: luma and colour
 * difference of BT.709 (Recommendation ITU-R BT.709-6, 3), limited range.
 */

const LUMA = [0.2126, 0.7152, 0.0722];
/** One step of limited-range luma as a share of the full range: 255 / 219. */
const RANGE = 255 / 219;
const BLACK = 16 / 219;

/** What the browser cannot do: the server's frame is shown instead. */
export const SERVER_ONLY = new Set(["noise_reduction", "chroma_key", "stabilise"]);

const row = (values, offset) => [...values, 0, offset];
const matrix = (rows) => ({
  name: "feColorMatrix",
  attributes: { type: "matrix", values: [...rows.flat(), 0, 0, 0, 1, 0].map(short).join(" ") },
});
const short = (value) => Math.round(value * 1e5) / 1e5;
const identity = (index) => [0, 1, 2].map((each) => (each === index ? 1 : 0));

/** Luma scaled and moved, colour difference kept: how `eq` does contrast and brightness. */
function lumaMatrix(scale, offset) {
  return matrix(
    [0, 1, 2].map((index) =>
      row(identity(index).map((value, at) => value + (scale - 1) * LUMA[at]), offset),
    ),
  );
}

function saturationMatrix(amount) {
  return matrix(
    [0, 1, 2].map((index) =>
      row(identity(index).map((value, at) => amount * value + (1 - amount) * LUMA[at]), 0),
    ),
  );
}

/** Colour difference turned by an angle. */
export function hueRows(degrees) {
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [r, g, b] = LUMA;
  const cb = [-r / 1.8556, -g / 1.8556, (1 - b) / 1.8556];
  const cr = [(1 - r) / 1.5748, -g / 1.5748, -b / 1.5748];
  const u = cb.map((value, at) => cos * value - sin * cr[at]);
  const v = cb.map((value, at) => sin * value + cos * cr[at]);
  const red = LUMA.map((value, at) => value + 1.5748 * v[at]);
  const blue = LUMA.map((value, at) => value + 1.8556 * u[at]);
  const green = LUMA.map((value, at) => (value - r * red[at] - b * blue[at]) / g);
  return [red, green, blue];
}

function sepiaMatrix(amount) {
  const rest = 1 - amount;
  return matrix([
    row([0.393 + 0.607 * rest, 0.769 - 0.769 * rest, 0.189 - 0.189 * rest], 0),
    row([0.349 - 0.349 * rest, 0.686 + 0.314 * rest, 0.168 - 0.168 * rest], 0),
    row([0.272 - 0.272 * rest, 0.534 - 0.534 * rest, 0.131 + 0.869 * rest], 0),
  ]);
}

/** A power of limited-range luma; what it adds to luma is added to each colour. */
function gammaSteps(amount, name) {
  const table = Array.from({ length: 65 }, (_, index) => {
    const limited = (index / 64 + BLACK) / RANGE;
    return short(Math.max(0, Math.min(1, limited ** (1 / amount) * RANGE - BLACK)));
  }).join(" ");
  const luma = `${name}-luma`;
  const bent = `${name}-bent`;
  const sum = `${name}-sum`;
  const part = (channel) => ({ name: `feFunc${channel}`, attributes: { type: "table", tableValues: table } });
  return [
    { ...matrix([0, 1, 2].map(() => row(LUMA, 0))), result: luma },
    { name: "feComponentTransfer", children: ["R", "G", "B"].map(part), result: bent },
    // Halved, so that nothing is cut off on the way.
    {
      name: "feComposite",
      attributes: { in: `${name}-in`, in2: bent, operator: "arithmetic", k1: 0, k2: 0.5, k3: 0.5, k4: 0 },
      result: sum,
    },
    {
      name: "feComposite",
      attributes: { in: sum, in2: luma, operator: "arithmetic", k1: 0, k2: 2, k3: -1, k4: 0 },
    },
  ];
}

/** A blur that goes on past the edges as if the picture did. */
function blurSteps(deviation) {
  if (deviation < 0.05) return [];
  return [
    { name: "feGaussianBlur", attributes: { stdDeviation: short(deviation) } },
    {
      name: "feComponentTransfer",
      children: [{ name: "feFuncA", attributes: { type: "linear", slope: 0, intercept: 1 } }],
    },
  ];
}

/**
 * The renderer's blur, 1-4-6-4-1 over pixels of the project, on the screen's: twice a
 * blur of three, as wide in the picture. Nothing wider than five can be had.
 */
function surroundings(dots) {
  const side = Math.min(1, dots) ** 2 / 4;
  const middle = 1 - 2 * side;
  return [side ** 2, 2 * side * middle, middle ** 2 + 2 * side ** 2, 2 * side * middle, side ** 2];
}

/** The picture and what it has more than its 5 × 5 surroundings, `amount` times. */
function sharpenSteps(amount, dots) {
  const weights = surroundings(dots);
  const kernel = weights.flatMap((a, y) =>
    weights.map((b, x) => {
      const blurred = a * b;
      return short((x === 2 && y === 2 ? 1 + amount : 0) - amount * blurred);
    }),
  );
  return [
    {
      name: "feConvolveMatrix",
      attributes: {
        order: 5, kernelMatrix: kernel.join(" "), divisor: 1, edgeMode: "duplicate",
        preserveAlpha: "true",
      },
    },
  ];
}

/**
 * The primitives of effects, in their order.
 * @param {{type: string, parameters: Record<string, number>}[]} effects
 * @param {{pixels: number, dots?: number}} scale for one pixel of the project's, how
 *   many of the element's (`pixels`), and how many of the screen's (`dots`)
 */
export function filterSteps(effects, { pixels, dots = pixels }) {
  return effects.flatMap(({ type, parameters = {} }, index) => {
    const { amount = 1, radius = 8, degrees = 0 } = parameters;
    switch (type) {
      case "brightness":
        return [lumaMatrix(1, (parameters.amount ?? 0) * RANGE)];
      case "contrast":
        return [lumaMatrix(amount, (1 - amount) * (0.5 * RANGE - BLACK))];
      case "saturation":
        return [saturationMatrix(amount)];
      case "grayscale":
        return [saturationMatrix(1 - amount)];
      case "hue":
        return [matrix(hueRows(degrees).map((values) => row(values, 0)))];
      case "sepia":
        return [sepiaMatrix(amount)];
      case "gamma":
        return gammaSteps(amount, `g${index}`);
      case "blur":
        return blurSteps(radius * pixels);
      case "sharpen":
        return sharpenSteps(amount, dots);
      default:
        return [];
    }
  });
}

const VIGNETTE_ANGLE = 1.2;
const STOPS = 16;

/** The darkness of a vignette as stops of a radial gradient, from the middle out. */
export function vignetteStops(amount) {
  const angle = amount * VIGNETTE_ANGLE;
  return Array.from({ length: STOPS + 1 }, (_, index) => {
    const share = index / STOPS;
    const light = Math.cos(angle * share) ** 4;
    return `rgb(0 0 0 / ${short(1 - light)}) ${short(share * 100)}%`;
  });
}

export const vignetteOf = (effects) =>
  effects.filter(({ type }) => type === "vignette").at(-1) ?? null;

/** The effects among these that only the server can show: a vignette, too, below others. */
export const beyondBrowser = (effects) =>
  effects.filter(
    ({ type }, index) =>
      SERVER_ONLY.has(type) || (type === "vignette" && index < effects.length - 1),
  );
