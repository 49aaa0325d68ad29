/**
 * Large buffers on their way between two processes: they are written once, into memory that both see, instead of through a pipe.
 *
 * 1. The memory has no name: it is gone with the two processes, however they end.
 * 2. It is not written again before the other process can reach nothing of it any more.
 * 3. A view arrives as one of its own bytes alone, which begin its buffer.
 * 4. Nothing is sent this way before the other side has said that it can take it. Until then, and without koffi or Linux, buffers are copied.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { DefaultDeserializer, DefaultSerializer } from 'node:v8';
import { isStintError } from '../errors/stint-error.js';
import { type Libc, loadLibc, Mapping } from '../ledger/mapping.js';

/** From this size on, in bytes, a buffer is worth it. */
export const LARGE_BYTES = 256 * 1024;

/** So much is kept for the next buffers when it is not needed, in bytes. */
const MOST_KEPT_BYTES = 512 * 1024 ** 2;

const SHARED_MEMORY = '/dev/shm';
/** A file that has no name: open(2). Node has no constant for it. */
const UNNAMED = 0o20000000 | constants.O_DIRECTORY | constants.O_RDWR;

/** What the two sides say to each other about it. */
export type BufferMessage =
  /** I have large buffers to send. */
  | { op: 'offer' }
  /** I can take them. */
  | { op: 'accept' }
  /** I can reach nothing of this segment any more. */
  | { op: 'release'; segment: number };

const OPS: ReadonlySet<unknown> = new Set(['offer', 'accept', 'release'] satisfies BufferMessage['op'][]);

export function isBufferMessage(message: { readonly op: string }): message is BufferMessage {
  return OPS.has(message.op);
}

/** A piece of memory that this process writes and the other one reads. */
interface Segment {
  readonly id: number;
  readonly fd: number;
  readonly inode: number;
  readonly mapping: Mapping;
  readonly bytes: Uint8Array;
}

/** Where the other process finds a buffer. */
interface Place {
  readonly pid: number;
  readonly fd: number;
  readonly inode: number;
  readonly segment: number;
  readonly size: number;
  readonly length: number;
}

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

/** Which way a view's bytes went. */
const COPIED = 0;
const PLACED = 1;

/** One side of the way between two processes. */
export class SharedBuffers {
  readonly #send: (message: BufferMessage) => void;
  #libc: Libc | undefined;
  #offered = false;
  /** Whether the other side takes buffers. */
  #isAccepted = false;
  #lastId = 0;
  readonly #lent = new Map<number, Segment>();
  #free: Segment[] = [];
  readonly #collected = new FinalizationRegistry((segment: number) => this.#send({ op: 'release', segment }));

  /** @param send brings a message to the other side */
  constructor(send: (message: BufferMessage) => void) {
    this.#send = send;
  }

  /** Takes a message of the other side. */
  receive(message: BufferMessage): void {
    switch (message.op) {
      case 'offer':
        void this.#load().then((libc) => {
          if (libc !== undefined) this.#send({ op: 'accept' });
        });
        return;
      case 'accept':
        this.#isAccepted = true;
        return;
      case 'release': {
        const segment = this.#lent.get(message.segment);
        if (segment === undefined) return;
        this.#lent.delete(message.segment);
        this.#keep(segment);
      }
    }
  }

  /** A message as bytes, after so many that are left free. @throws DataCloneError */
  encode(message: unknown, offset: number): Buffer {
    const placed: Place[] = [];
    const serializer = new Encoder((view) => {
      const place = this.#place(view);
      if (place !== undefined) placed.push(place);
      return place;
    });
    try {
      serializer.writeRawBytes(new Uint8Array(offset));
      serializer.writeHeader();
      serializer.writeValue(message);
      return serializer.releaseBuffer();
    } catch (error) {
      // The other side will not hear of them.
      for (const { segment } of placed) this.receive({ op: 'release', segment });
      throw error;
    }
  }

  /** @throws Error if the bytes are no message of the other side */
  decode(bytes: Uint8Array): unknown {
    const deserializer = new Decoder(bytes, (place) => this.#open(place));
    deserializer.readHeader();
    return deserializer.readValue();
  }

  /** Gives all memory back: the other side is gone. What was taken from it can still be read. */
  close(): void {
    for (const segment of [...this.#free, ...this.#lent.values()]) drop(segment);
    this.#free = [];
    this.#lent.clear();
  }

  async #load(): Promise<Libc | undefined> {
    try {
      this.#libc = await loadLibc();
    } catch (error) {
      // Neither is an error: buffers are copied then.
      if (!isStintError(error, 'DEPENDENCY_MISSING')) throw error;
    }
    return this.#libc;
  }

  /** Writes a view's bytes where the other side sees them; undefined if they have to be copied. */
  #place(view: NodeJS.ArrayBufferView): Place | undefined {
    if (view.byteLength < LARGE_BYTES) return undefined;
    if (!this.#offered) {
      this.#offered = true;
      void this.#load().then((libc) => {
        if (libc !== undefined) this.#send({ op: 'offer' });
      });
    }
    if (!this.#isAccepted || this.#libc === undefined) return undefined;
    const segment = this.#take(view.byteLength) ?? this.#make(this.#libc, view.byteLength);
    if (segment === undefined) return undefined;
    this.#lent.set(segment.id, segment);
    segment.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const { id, fd, inode, bytes } = segment;
    return { pid: process.pid, fd, inode, segment: id, size: bytes.length, length: view.byteLength };
  }

  /** A free segment that has room, the smallest. */
  #take(length: number): Segment | undefined {
    const fitting = this.#free.filter(({ bytes }) => bytes.length >= length);
    const best = fitting.sort((a, b) => a.bytes.length - b.bytes.length)[0];
    if (best !== undefined) this.#free = this.#free.filter((segment) => segment !== best);
    return best;
  }

  /** Undefined if there is no room. */
  #make(libc: Libc, length: number): Segment | undefined {
    const size = 2 ** Math.ceil(Math.log2(length));
    let fd: number | undefined;
    try {
      fd = openSync(SHARED_MEMORY, UNNAMED, 0o600);
      if (libc.posix_fallocate(fd, 0, size) !== 0) throw new Error('no room');
      const mapping = Mapping.of(libc, fd, size);
      this.#lastId += 1;
      const { ino: inode } = fstatSync(fd);
      return { id: this.#lastId, fd, inode, mapping, bytes: new Uint8Array(mapping.buffer) };
    } catch {
      // No room, no descriptor, no such file system: it is copied, which says what is wrong if that fails, too.
      if (fd !== undefined) closeSync(fd);
      return undefined;
    }
  }

  #keep(segment: Segment): void {
    this.#free.push(segment);
    let kept = this.#free.reduce((sum, { bytes }) => sum + bytes.length, 0);
    while (kept > MOST_KEPT_BYTES) {
      const first = this.#free.shift() as Segment;
      kept -= first.bytes.length;
      drop(first);
    }
  }

  /** The memory of the other side. */
  #open({ pid, fd, inode, segment, size, length }: Place): ArrayBuffer {
    if (this.#libc === undefined) throw new Error('a buffer came that nobody here was asked to take');
    const file = openSync(`/proc/${pid}/fd/${fd}`, constants.O_RDWR);
    try {
      const { ino, size: actual } = fstatSync(file);
      if (ino !== inode || actual < size || length > size)
        throw new Error('the memory of a buffer is not the one that was named');
      const { buffer } = Mapping.of(this.#libc, file, length);
      this.#collected.register(buffer, segment);
      return buffer;
    } finally {
      closeSync(file);
    }
  }
}

function drop({ fd, mapping }: Segment): void {
  mapping.close();
  closeSync(fd);
}

/** Writes the bytes of views, or, of large ones, where these are. */
class Encoder extends DefaultSerializer {
  readonly #place: (view: NodeJS.ArrayBufferView) => Place | undefined;

  constructor(place: (view: NodeJS.ArrayBufferView) => Place | undefined) {
    super();
    this.#place = place;
  }

  /** Called by V8 for what it does not know itself: views. */
  _writeHostObject(given: NodeJS.ArrayBufferView): void {
    // As in a structured clone, a Buffer arrives as the bytes that it is.
    const view = Buffer.isBuffer(given) ? new Uint8Array(given.buffer, given.byteOffset, given.byteLength) : given;
    const kind = VIEWS.findIndex((type) => view instanceof type);
    const place = this.#place(view);
    this.writeUint32(kind);
    this.writeUint32(place === undefined ? COPIED : PLACED);
    if (place === undefined) {
      this.writeDouble(view.byteLength);
      this.writeRawBytes(view);
      return;
    }
    this.writeUint32(place.pid);
    this.writeUint32(place.fd);
    this.writeDouble(place.inode);
    this.writeUint32(place.segment);
    this.writeDouble(place.size);
    this.writeDouble(place.length);
  }
}

class Decoder extends DefaultDeserializer {
  readonly #open: (place: Place) => ArrayBuffer;

  constructor(bytes: Uint8Array, open: (place: Place) => ArrayBuffer) {
    super(bytes);
    this.#open = open;
  }

  _readHostObject(): unknown {
    const View = (VIEWS[this.readUint32()] ?? Uint8Array) as Uint8ArrayConstructor;
    if (this.readUint32() === COPIED) return new View(new Uint8Array(this.readRawBytes(this.readDouble())).buffer);
    const [pid, fd, inode, segment, size, length] = [
      this.readUint32(),
      this.readUint32(),
      this.readDouble(),
      this.readUint32(),
      this.readDouble(),
      this.readDouble(),
    ];
    return new View(this.#open({ pid, fd, inode, segment, size, length }));
  }
}
