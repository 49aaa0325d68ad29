/**
 * Large buffers on their way between two processes: they are written once, into memory that both see, instead of through a pipe.
 *
 * 1. The memory has no name: it is gone with the two processes, however they end.
 * 2. It is not written again before neither process can reach anything of it any more.
 * 3. A buffer that goes back to where it came from is not written at all: from then on either process sees its own copy of what it writes.
 * 4. A view arrives as one of its own bytes alone, which begin its buffer.
 * 5. Nothing is sent this way before the other side has said that it can take it. Until then, and without koffi or Linux, buffers are copied.
 */
import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { isStintError } from '../errors/stint-error.js';
import { type Libc, loadLibc, Mapping } from '../ledger/mapping.js';
import { Decoder, Encoder, type Place } from './placed-views.js';

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

/** Memory of this process that the other one may reach. */
interface Segment {
  readonly id: number;
  readonly fd: number;
  readonly inode: number;
  readonly mapping: Mapping;
  readonly bytes: Uint8Array;
  /** How many buffers over it there are, in either process. */
  holders: number;
}

/** A buffer over memory of the other process. */
interface Borrowed {
  readonly place: OwnPlace;
  readonly mapping: Mapping;
}

type OwnPlace = Extract<Place, { owner: 'writer' }>;

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
  /** What the other side has sent, and can have back as it is. */
  readonly #borrowed = new WeakMap<ArrayBufferLike, Borrowed>();
  readonly #collected = new FinalizationRegistry((segment: number) => this.#send({ op: 'release', segment }));
  /** Of buffers over memory of this process that came back. */
  readonly #collectedOwn = new FinalizationRegistry((segment: number) => this.#release(segment));

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
      case 'release':
        this.#release(message.segment);
    }
  }

  /** A message as bytes, after so many that are left free. @throws DataCloneError */
  encode(message: unknown, offset: number): Buffer {
    const lent: number[] = [];
    const serializer = new Encoder((view) => {
      const place = this.#giveBack(view) ?? this.#place(view);
      if (place?.owner === 'writer') lent.push(place.segment);
      return place;
    });
    try {
      serializer.writeRawBytes(new Uint8Array(offset));
      serializer.writeHeader();
      serializer.writeValue(message);
      return serializer.releaseBuffer();
    } catch (error) {
      // The other side will not hear of them.
      for (const segment of lent) this.#release(segment);
      throw error;
    }
  }

  /** @throws Error if the bytes are no message of the other side */
  decode(bytes: Uint8Array): unknown {
    const deserializer = new Decoder(bytes, (place) =>
      place.owner === 'writer' ? this.#open(place) : this.#reopen(place.segment, place.length),
    );
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
  #place(view: NodeJS.ArrayBufferView): OwnPlace | undefined {
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
    segment.holders = 1;
    segment.bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    const { id, fd, inode, bytes } = segment;
    return { owner: 'writer', pid: process.pid, fd, inode, segment: id, size: bytes.length, length: view.byteLength };
  }

  /** Where a buffer lies that came from the other side; undefined if it has to be sent anew. */
  #giveBack({ buffer, byteOffset, byteLength }: NodeJS.ArrayBufferView): Place | undefined {
    const borrowed = this.#borrowed.get(buffer);
    if (borrowed === undefined || byteOffset !== 0 || byteLength < LARGE_BYTES) return undefined;
    const { place, mapping } = borrowed;
    try {
      withFileOf(place, (file) => mapping.detach(file));
    } catch {
      // No descriptor, or more data than this process may have: it is sent anew, which says what is wrong if that fails, too.
      return undefined;
    }
    // What is written into it from now on the other side does not see.
    this.#borrowed.delete(buffer);
    return { owner: 'reader', segment: place.segment, length: byteLength };
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
      return { id: this.#lastId, fd, inode, mapping, bytes: new Uint8Array(mapping.buffer), holders: 0 };
    } catch {
      // No room, no descriptor, no such file system: it is copied, which says what is wrong if that fails, too.
      if (fd !== undefined) closeSync(fd);
      return undefined;
    }
  }

  /** One buffer less is over a segment. */
  #release(id: number): void {
    const segment = this.#lent.get(id);
    if (segment === undefined) return;
    segment.holders -= 1;
    if (segment.holders > 0) return;
    this.#lent.delete(id);
    this.#keep(segment);
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
  #open(place: OwnPlace): ArrayBuffer {
    const libc = this.#libc;
    if (libc === undefined) throw new Error('a buffer came that nobody here was asked to take');
    const mapping = withFileOf(place, (file) => Mapping.of(libc, file, place.length));
    this.#borrowed.set(mapping.buffer, { place, mapping });
    this.#collected.register(mapping.buffer, place.segment);
    return mapping.buffer;
  }

  /** Memory of this process that the other side had, and has its own copy of now. */
  #reopen(id: number, length: number): ArrayBuffer {
    const segment = this.#lent.get(id);
    if (this.#libc === undefined || segment === undefined || length > segment.bytes.length)
      throw new Error('a buffer came back that was never sent');
    const { buffer } = Mapping.copyOnWrite(this.#libc, segment.fd, length);
    segment.holders += 1;
    this.#collectedOwn.register(buffer, id);
    return buffer;
  }
}

/** Opens what lies at a place of the other process. */
function withFileOf<Result>({ pid, fd, inode, size, length }: OwnPlace, use: (file: number) => Result): Result {
  const file = openSync(`/proc/${pid}/fd/${fd}`, constants.O_RDWR);
  try {
    const about = fstatSync(file);
    if (about.ino !== inode || about.size < size || length > size)
      throw new Error('the memory of a buffer is not the one that was named');
    return use(file);
  } finally {
    closeSync(file);
  }
}

function drop({ fd, mapping }: Segment): void {
  mapping.close();
  closeSync(fd);
}
