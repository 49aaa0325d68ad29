/** Messages as V8 writes them, but for views: the bytes of each by themselves or, where the other process can see them, where they are. */
import { DefaultDeserializer, DefaultSerializer } from 'node:v8';

/** Where a view lies: in memory of the process that writes, or in that of the process that reads. */
export type Place =
  | {
      readonly owner: 'writer';
      readonly pid: number;
      readonly fd: number;
      readonly inode: number;
      readonly segment: number;
      readonly size: number;
      readonly length: number;
    }
  | { readonly owner: 'reader'; readonly segment: number; readonly length: number };

const VIEWS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
] as const;

/** Which way a view went. */
const COPIED = 0;
const OF_WRITER = 1;
const OF_READER = 2;

export class Encoder extends DefaultSerializer {
  readonly #place: (view: NodeJS.ArrayBufferView) => Place | undefined;

  /** @param place says where a view lies; undefined for one that has to be copied */
  constructor(place: (view: NodeJS.ArrayBufferView) => Place | undefined) {
    super();
    this.#place = place;
  }

  /** Called by V8 for what it does not know itself: views, and what only a thread can be given. @throws DataCloneError */
  _writeHostObject(given: NodeJS.ArrayBufferView): void {
    if (!ArrayBuffer.isView(given)) {
      const { name } = (given as object).constructor;
      throw new DOMException(`#<${name}> cannot be cloned for another process`, 'DataCloneError');
    }
    // As in a structured clone, a Buffer arrives as the bytes that it is.
    const view = Buffer.isBuffer(given) ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : given;
    const place = this.#place(view);
    this.writeUint32(VIEWS.findIndex((type) => view instanceof type));
    if (place === undefined) {
      this.writeUint32(COPIED);
      this.writeDouble(view.byteLength);
      this.writeRawBytes(view);
      return;
    }
    this.writeUint32(place.owner === 'writer' ? OF_WRITER : OF_READER);
    this.writeUint32(place.segment);
    this.writeDouble(place.length);
    if (place.owner === 'reader') return;
    this.writeUint32(place.pid);
    this.writeUint32(place.fd);
    this.writeDouble(place.inode);
    this.writeDouble(place.size);
  }
}

export class Decoder extends DefaultDeserializer {
  readonly #open: (place: Place) => ArrayBuffer;

  /** @param open the memory at a place; throws an Error if nothing is there */
  constructor(bytes: Uint8Array, open: (place: Place) => ArrayBuffer) {
    super(bytes);
    this.#open = open;
  }

  _readHostObject(): unknown {
    const View = (VIEWS[this.readUint32()] ?? Uint8Array) as Uint8ArrayConstructor;
    const way = this.readUint32();
    if (way === COPIED) return new View(new Uint8Array(this.readRawBytes(this.readDouble())).buffer);
    const [segment, length] = [this.readUint32(), this.readDouble()];
    const place: Place =
      way === OF_READER
        ? { owner: 'reader', segment, length }
        : {
            owner: 'writer',
            segment,
            length,
            pid: this.readUint32(),
            fd: this.readUint32(),
            inode: this.readDouble(),
            size: this.readDouble(),
          };
    return new View(this.#open(place));
  }
}
