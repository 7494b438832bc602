/** The file behind the pages, through pdf.js: opened once, asked page by page. */
import {
  AnnotationMode, getDocument, GlobalWorkerOptions, TextLayer, version,
} from "pdfjs-dist/legacy/build/pdf.mjs";

const MOST_PIXELS = 16_777_216;
const LINGER_MS = 4_000;

function deferred() {
  let resolve;
  const promise = new Promise((settle) => (resolve = settle));
  return { promise, resolve };
}

export class PdfFile {
  // Pages may be asked for before there is a file: they wait.
  #opened = deferred();
  #document = this.#opened.promise;
  #loading = null;
  #texts = new Map();

  /** @param {string} assets address of the folder above pdfjs-{version}/ */
  constructor(assets) {
    const base = new URL(`${assets}pdfjs-${version}/`, location.href).href;
    this.base = base;
    GlobalWorkerOptions.workerSrc = `${base}pdf.worker.min.mjs`;
  }

  /** @param {string} url @returns {Promise<void>} when the first page can be asked for */
  async open(url) {
    const loading = getDocument({
      url,
      cMapUrl: `${this.base}cmaps/`,
      standardFontDataUrl: `${this.base}standard_fonts/`,
      wasmUrl: `${this.base}wasm/`,
      iccUrl: `${this.base}iccs/`,
      rangeChunkSize: 65_536,
      disableAutoFetch: true,
      disableStream: true,
      enableXfa: false,
      canvasMaxAreaInBytes: MOST_PIXELS * 4,
      verbosity: 0,
    });
    const before = this.#loading;
    this.#loading = loading;
    this.#document = loading.promise;
    this.#texts.clear();
    this.#opened.resolve(loading.promise);
    await loading.promise;
    // Pages that are still being drawn from it may end.
    if (before) setTimeout(() => void before.destroy(), LINGER_MS);
  }

  async page(number) {
    const pdf = await this.#document;
    return pdf.getPage(number);
  }

  /**
   * Draws a page into a canvas.
   * @param {{number: number, scale: number, rotation: number,
   *   canvas: HTMLCanvasElement}} options
   * @returns {Promise<{promise: Promise<void>, cancel: () => void, page: object, viewport: object}>}
   */
  async draw({ number, scale, rotation, canvas }) {
    const page = await this.page(number);
    const viewport = page.getViewport({ scale, rotation });
    const ratio = Math.min(
      devicePixelRatio || 1,
      Math.sqrt(MOST_PIXELS / Math.max(1, viewport.width * viewport.height)),
    );
    canvas.width = Math.max(1, Math.floor(viewport.width * ratio));
    canvas.height = Math.max(1, Math.floor(viewport.height * ratio));
    const task = page.render({
      canvas,
      viewport,
      transform: ratio === 1 ? undefined : [ratio, 0, 0, ratio, 0, 0],
      annotationMode: AnnotationMode.ENABLE,
    });
    // Who stops listening, because the page is gone, is told of no end.
    task.promise.catch(() => {});
    return { promise: task.promise, cancel: () => task.cancel(), page, viewport };
  }

  /** Lays the selectable text of a page over it. */
  async layText({ number, scale, rotation, container }) {
    const page = await this.page(number);
    const viewport = page.getViewport({ scale, rotation });
    const layer = new TextLayer({
      textContentSource: page.streamTextContent({ includeMarkedContent: false }),
      container,
      viewport,
    });
    container.style.setProperty("--total-scale-factor", String(scale * page.userUnit));
    await layer.render();
    return {
      strings: layer.textContentItemsStr,
      spans: layer.textDivs,
      update(nextScale) {
        container.style.setProperty("--total-scale-factor", String(nextScale * page.userUnit));
        layer.update({ viewport: page.getViewport({ scale: nextScale, rotation }) });
      },
      cancel: () => layer.cancel(),
    };
  }

  /** @returns {Promise<string[]>} the pieces of text of a page, as the text layer has them */
  async strings(number) {
    if (!this.#texts.has(number)) {
      const content = (await this.page(number)).getTextContent();
      this.#texts.set(number, content.then(({ items }) => items.map(({ str }) => str)));
    }
    return this.#texts.get(number);
  }

  async links(number) {
    const annotations = await (await this.page(number)).getAnnotations();
    return annotations.filter(({ subtype }) => subtype === "Link");
  }

  async outline() {
    return (await (await this.#document).getOutline()) ?? [];
  }

  /** @returns {Promise<number | null>} page number of a destination of the outline */
  async pageOf(destination) {
    const pdf = await this.#document;
    const target = typeof destination === "string" ? await pdf.getDestination(destination) : destination;
    const reference = target?.[0];
    if (reference == null) return null;
    const index = typeof reference === "object" ? await pdf.getPageIndex(reference) : reference;
    return Number.isInteger(index) ? index + 1 : null;
  }
}
