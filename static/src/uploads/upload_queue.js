/** Several files, a few at a time. */
import { Upload } from "./uploader.js";

const AT_ONCE = 2;

export class UploadQueue {
  #means;
  #onChange;
  #opening = Promise.resolve();

  /** @param {{onChange: (upload: Upload) => void}} options the rest are those of Upload */
  constructor({ onChange, ...means }) {
    this.uploads = [];
    this.#means = means;
    this.#onChange = onChange;
  }

  /**
   * @param {Iterable<File>} files
   * @param {{session?: object | null}} [options] one that was begun before
   * @returns {Upload[]}
   */
  add(files, { session = null } = {}) {
    const added = [...files].map((file) => {
      const onChange = (upload) => this.#changed(upload);
      return new Upload(file, {
        ...this.#means,
        onChange,
        session,
        inTurn: (open) => this.#inTurn(open),
        isTaken: (upload) => this.twinOf(upload) !== undefined,
      });
    });
    this.uploads.push(...added);
    for (const upload of added) this.#onChange(upload);
    this.#fill();
    return added;
  }

  /** Another upload of the same session. */
  twinOf(upload) {
    return this.uploads.find(
      (other) => other !== upload && other.sessionId !== null && other.sessionId === upload.sessionId,
    );
  }

  /** Two of the same content opened at once would become two sessions. */
  #inTurn(open) {
    const opened = this.#opening.then(open);
    this.#opening = opened.catch(() => {});
    return opened;
  }

  /** Uploads that would be lost if the page closed now. */
  get unfinished() {
    return this.uploads.filter((upload) =>
      ["queued", "uploading", "completing"].includes(upload.state),
    );
  }

  remove(upload) {
    this.uploads = this.uploads.filter((other) => other !== upload);
  }

  #changed(upload) {
    this.#onChange(upload);
    if (!["queued", "uploading", "completing"].includes(upload.state)) this.#fill();
  }

  #fill() {
    const busy = this.uploads.filter((upload) =>
      ["uploading", "completing"].includes(upload.state),
    ).length;
    const waiting = this.uploads.filter((upload) => upload.state === "queued");
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - busy))) void upload.start();
  }
}
