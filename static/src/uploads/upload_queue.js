/** Several files, a few at a time. */
import { Upload } from "./uploader.js";

const AT_ONCE = 2;

export class UploadQueue {
  #transport;
  #onChange;

  /** @param {{transport: object, onChange: (upload: Upload) => void}} options */
  constructor({ transport, onChange }) {
    this.uploads = [];
    this.#transport = transport;
    this.#onChange = onChange;
  }

  /** @param {Iterable<File>} files @returns {Upload[]} */
  add(files) {
    const added = [...files].map((file) => {
      const onChange = (upload) => this.#changed(upload);
      return new Upload(file, { transport: this.#transport, onChange });
    });
    this.uploads.push(...added);
    for (const upload of added) this.#onChange(upload);
    this.#fill();
    return added;
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
