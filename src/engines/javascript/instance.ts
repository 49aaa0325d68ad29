/**
 * One WebAssembly instance with one QuickJS VM in it, as memory and addresses.
 *
 * 1. An instance reaches the host through `hooks` only, and through nothing while `hooks` is not set.
 * 2. What was allocated here for a call is freed here after it; boxes that are returned are the caller's.
 *    An instance that is dropped needs no freeing: its memory goes with it.
 * 3. A trap (an exception of WebAssembly) leaves the instance broken; whoever sees one drops it.
 * 4. All the state of an instance is its memory and its stack pointer: QuickJS has no other mutable global, and never changes its table.
 */
import type { QuickJsExports } from './exports.js';
import { captureImage, type InstanceImage, restoreImage, rewindImage } from './image.js';
import { createWasi } from './imports.js';

/** What an instance asks of whoever runs it. Boxes that are passed are borrowed unless said otherwise. */
export interface InstanceHooks {
  /** Polled while script code runs, every 10,000 backward jumps or calls. True ends it, uncatchably. */
  interrupted(): boolean;
  /** Output of the script. False ends it, uncatchably. */
  write(text: string, stream: 'stdout' | 'stderr'): boolean;
  /**
   * A call of the host, an event or a built-in: see prelude/calls.ts. Gives the id of the call, or the box of an error to throw, or
   * undefined to end the script, uncatchably.
   */
  call(kind: number, name: string, encoded: number, handle: number): { id: number } | { thrown: number } | undefined;
  /** A promise was rejected with no handler, or (`handled`) got its first handler later. The boxes are given. */
  rejection(promise: number, reason: number, handled: boolean): void;
}

/** `JS_EVAL_*` of quickjs.h. */
export const EVAL = { script: 0, module: 1, async: 128 } as const;

const encoder = new TextEncoder();
// A byte order mark inside a script's text is text.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** How much of the 1 MiB native stack QuickJS may use: `MAX_STACK_SIZE` of quickjs-wasi. */
const STACK_BYTES = 512 * 1024;

const WRITE = 0x77; // 'w', the only host functions are told apart by their one-letter names
const CLASS_OF = 0x6b; // 'k'
const CALL = 0x63; // 'c'
const ENCODE_TEXT = 0x65; // 'e'
const DECODE_TEXT = 0x64; // 'd'

/** There is no memory for what the host wants to hand to the VM or to get from it. */
export class GuestMemoryError extends Error {
  override readonly name = 'GuestMemoryError';
}

/** A QuickJS VM without any script. Synchronous to make: compiling has been done. */
export class QuickJsInstance {
  readonly api: QuickJsExports;
  hooks: InstanceHooks | undefined;
  readonly #scratch: number;

  /** @param image what an instance of the same module held: then this one holds it too, but for its random seed */
  constructor(module: WebAssembly.Module, image?: InstanceImage) {
    const wasi = createWasi(() => this.api.memory);
    const instance = new WebAssembly.Instance(module, {
      env: {
        host_call: (name: number, _bytes: number, _self: number, argc: number, argv: number) =>
          this.#hostCall(name, argc, argv),
        host_interrupt: () => (this.hooks?.interrupted() ? 1 : 0),
        host_promise_rejection: (promise: number, reason: number, handled: number) =>
          this.hooks?.rejection(promise, reason, handled !== 0),
        host_module_normalize: (_base: number, name: number) => this.#refuseImport(name),
        host_module_load: () => 0,
        // UTC: a script learns nothing of where the host is.
        host_get_timezone_offset: () => 0,
      },
      wasi_snapshot_preview1: wasi.imports,
    });
    this.api = instance.exports as unknown as QuickJsExports;
    if (image !== undefined) {
      restoreImage(this.api, image);
      this.#scratch = image.scratch;
      wasi.settle();
      return;
    }
    this.api._initialize();
    if (this.api.qjs_init() !== 0) throw new Error('QuickJS could not make a VM');
    this.api.qjs_set_max_stack_size(STACK_BYTES);
    this.api.qjs_set_interrupt_handler(1);
    this.api.qjs_set_promise_rejection_handler(1);
    this.api.qjs_set_module_loader(1);
    this.#scratch = this.#allocate(26 * 8);
    wasi.settle();
  }

  /** What the instance holds, for others to start with; undefined if the state of `Math.random` cannot be found in it. */
  image(): InstanceImage | undefined {
    return captureImage(this.api, this.#scratch, () => {
      this.api.qjs_free_value(this.evaluate('Math.random()', '', EVAL.script));
    });
  }

  /** Has the instance hold what an image holds and nothing else, whatever ran in it. */
  rewind(image: InstanceImage): void {
    rewindImage(this.api, image);
  }

  /** Size of the instance's memory in bytes. It never shrinks. */
  get memoryBytes(): number {
    return this.api.memory.buffer.byteLength;
  }

  /** Bytes that QuickJS has handed out and not got back. */
  usedBytes(): number {
    this.api.qjs_compute_memory_usage(this.#scratch);
    return Number(this.#view().getBigInt64(this.#scratch, true));
  }

  /** Runs source; the box may be an exception. */
  evaluate(source: string | Uint8Array, name: string, flags: number): number {
    const code = this.#write(typeof source === 'string' ? encoder.encode(source) : source);
    const file = this.#write(encoder.encode(name.replaceAll('\0', '')));
    const box = this.api.qjs_eval(code.address, code.bytes, file.address, flags);
    this.api.wasm_free(code.address);
    this.api.wasm_free(file.address);
    return box;
  }

  /** Calls a function with boxes that stay the caller's; the box may be an exception. */
  call(fn: number, ...args: number[]): number {
    const argv = this.#allocate(4 * args.length + 4);
    const view = this.#view();
    args.forEach((box, i) => {
      view.setUint32(argv + 4 * i, box, true);
    });
    const self = this.api.qjs_get_undefined();
    const box = this.api.qjs_call(fn, self, args.length, argv);
    this.api.qjs_free_value(self);
    this.api.wasm_free(argv);
    return box;
  }

  newString(text: string): number {
    const bytes = this.#write(encoder.encode(text));
    const box = this.api.qjs_new_string(bytes.address, bytes.bytes);
    this.api.wasm_free(bytes.address);
    return box;
  }

  /** An `Error` with a message and, if given, a code. */
  newError(message: string, code?: string): number {
    const error = this.api.qjs_new_error();
    for (const [key, text] of Object.entries({ message, code })) {
      if (text === undefined) continue;
      const box = this.newString(text);
      this.define(error, key, box, 3);
      this.api.qjs_free_value(box);
    }
    return error;
  }

  newBytes(data: Uint8Array): number {
    const bytes = this.#write(data);
    const box = this.api.qjs_new_uint8_array(bytes.address, bytes.bytes);
    this.api.wasm_free(bytes.address);
    return box;
  }

  newFunction(name: string): number {
    const text = this.#write(encoder.encode(name));
    const box = this.api.qjs_new_host_function(text.address, text.bytes, 0);
    this.api.wasm_free(text.address);
    return box;
  }

  /** The text of a box; undefined if it is no string. Runs nothing of the script. */
  readString(box: number): string | undefined {
    if (this.api.qjs_is_string(box) === 0) return undefined;
    const address = this.api.qjs_get_string_len(box, this.#scratch);
    if (address === 0) throw new GuestMemoryError('no memory to hand a string over');
    const length = this.#view().getUint32(this.#scratch, true);
    const text = decoder.decode(new Uint8Array(this.api.memory.buffer, address, length));
    this.api.qjs_free_cstring(address);
    return text;
  }

  /** A copy of the bytes of a Uint8Array. */
  readBytes(box: number): Uint8Array {
    const at = this.#scratch;
    const buffer = this.api.qjs_get_typed_array_buffer(box, at, at + 4, at + 8);
    const offset = this.#view().getUint32(at, true);
    const length = this.#view().getUint32(at + 4, true);
    const address = this.api.qjs_get_array_buffer(buffer, at);
    const bytes = new Uint8Array(this.api.memory.buffer, address + offset, length).slice();
    this.api.qjs_free_value(buffer);
    return bytes;
  }

  /** A property of an object that script code cannot have touched: no getter runs. */
  property(box: number, key: string): number {
    const text = this.#write(encoder.encode(key));
    const value = this.api.qjs_get_prop_string(box, text.address);
    this.api.wasm_free(text.address);
    return value;
  }

  /** Defines an own property; no setter runs. Flags: 1 configurable, 2 writable, 4 enumerable. */
  define(box: number, key: string, value: number, flags: number): void {
    const text = this.#write(encoder.encode(key));
    this.api.qjs_define_prop_string(box, text.address, value, flags);
    this.api.wasm_free(text.address);
  }

  #hostCall(name: number, argc: number, argv: number): number {
    const which = this.#view().getUint8(name);
    const argument = (i: number) => this.#view().getUint32(argv + 4 * i, true);
    if (which === CLASS_OF && argc >= 1) return this.api.qjs_new_number(this.api.qjs_get_class_id(argument(0)));
    if (which === WRITE && argc >= 2) {
      const text = this.readString(argument(1)) ?? '';
      const stream = this.api.qjs_get_float64(argument(0)) === 2 ? 'stderr' : 'stdout';
      if (this.hooks?.write(text, stream) === false) return this.#throwUncatchable();
    }
    if (which === CALL && argc >= 4) return this.#call(argument);
    if (which === ENCODE_TEXT && argc >= 1) return this.newBytes(encoder.encode(this.readString(argument(0)) ?? ''));
    if (which === DECODE_TEXT && argc >= 1) return this.newString(decoder.decode(this.readBytes(argument(0))));
    return this.api.qjs_get_undefined();
  }

  #call(argument: (i: number) => number): number {
    const kind = this.api.qjs_get_float64(argument(0));
    const name = this.readString(argument(1)) ?? '';
    const result = this.hooks?.call(kind, name, argument(2), this.api.qjs_get_float64(argument(3)));
    if (result === undefined) return this.#throwUncatchable();
    if ('id' in result) return this.api.qjs_new_number(result.id);
    this.api.qjs_throw(result.thrown);
    this.api.qjs_free_value(result.thrown);
    return 0;
  }

  #throwUncatchable(): number {
    const error = this.api.qjs_new_error();
    this.api.JS_SetUncatchableError(this.api.qjs_get_context_ptr(), this.#view().getBigInt64(error, true));
    this.api.qjs_throw(error);
    this.api.qjs_free_value(error);
    return 0;
  }

  #refuseImport(name: number): number {
    const memory = new Uint8Array(this.api.memory.buffer);
    const specifier = decoder.decode(memory.subarray(name, memory.indexOf(0, name)));
    const error = this.newError(`cannot import '${specifier}': scripts have no modules`);
    this.api.qjs_throw(error);
    this.api.qjs_free_value(error);
    return 0;
  }

  #view(): DataView {
    return new DataView(this.api.memory.buffer);
  }

  #allocate(bytes: number): number {
    const address = this.api.wasm_malloc(bytes);
    if (address === 0) throw new GuestMemoryError(`no memory for ${bytes} bytes`);
    return address;
  }

  #write(data: Uint8Array): { address: number; bytes: number } {
    const address = this.#allocate(data.length + 1);
    const memory = new Uint8Array(this.api.memory.buffer);
    memory.set(data, address);
    memory[address + data.length] = 0;
    return { address, bytes: data.length };
  }
}
