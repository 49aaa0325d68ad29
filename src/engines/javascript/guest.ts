import type { ErrorEnvelope } from '../../errors/envelope.js';
import { refusal } from '../../values/copy-value.js';
import { childPath } from '../../values/path.js';
import type { Value } from '../../values/value.js';
import type { Answer } from '../engine.js';
import type { InstanceImage } from './image.js';
import { EVAL, QuickJsInstance } from './instance.js';
import { PRELUDE_NAME, PRELUDE_SOURCE } from './prelude/source.js';
import { fromWire, toWire } from './wire.js';

/** What a script threw, in its own words. */
export interface Thrown {
  readonly name: string | undefined;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: string | undefined;
  readonly code?: string | undefined;
}

/** What came of a call into the VM: a result, or the box of what was thrown. */
export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly thrown: number };

/** Where the functions of the prelude are in a VM, and what that uses before any script has run in it. */
export interface GuestLayout {
  readonly encode: number;
  readonly decode: number;
  readonly describe: number;
  readonly settle: number;
  readonly open: number;
  readonly answer: number;
  /** Size of the memory, and bytes used in it. */
  readonly freshMemory: number;
  readonly freshUsed: number;
}

/** A guest in which nothing has run, to make others from. */
export interface GuestModel {
  readonly layout: GuestLayout;
  readonly image: InstanceImage;
}

/**
 * An instance with the prelude in it: values and errors instead of boxes. This is what an engine keeps spare.
 */
export class Guest {
  readonly instance: QuickJsInstance;
  readonly layout: GuestLayout;

  /** @param model a guest in which nothing has run yet: then the prelude is copied, not run */
  constructor(module: WebAssembly.Module, model?: GuestModel) {
    const instance = new QuickJsInstance(module, model?.image);
    this.instance = instance;
    if (model !== undefined) {
      this.layout = model.layout;
      return;
    }
    const prelude = instance.evaluate(PRELUDE_SOURCE, PRELUDE_NAME, EVAL.script);
    const host = ['w', 'k', 'c', 'e', 'd'].map((name) => instance.newFunction(name));
    const tools = instance.call(prelude, ...host);
    if (instance.api.qjs_is_exception(tools) !== 0) throw new Error('The prelude of the JavaScript engine failed');
    const calls = instance.property(tools, 'calls');
    this.layout = {
      encode: instance.property(tools, 'encode'),
      decode: instance.property(tools, 'decode'),
      describe: instance.property(tools, 'describe'),
      settle: instance.property(tools, 'settle'),
      open: instance.property(calls, 'open'),
      answer: instance.property(calls, 'answer'),
      freshMemory: instance.memoryBytes,
      freshUsed: instance.usedBytes(),
    };
  }

  /** What others can be made from, while nothing has run in this one; undefined if that cannot be had. */
  model(): GuestModel | undefined {
    const image = this.instance.image();
    return image && { layout: this.layout, image };
  }

  /** Takes all of its memory back to what it held before a script ran in it. False if that has grown: then it is not worth it. */
  rewind({ layout, image }: GuestModel): boolean {
    if (this.instance.memoryBytes !== layout.freshMemory) return false;
    this.instance.rewind(image);
    return true;
  }

  /** Makes a checked value in the VM; gives its box. */
  give(value: Value): Called<number> {
    const { api } = this.instance;
    const wire = toWire(value);
    const bytes = api.qjs_new_object();
    wire.bytes.forEach((data, i) => {
      const box = this.instance.newBytes(data);
      this.instance.define(bytes, `${i}`, box, 7);
      api.qjs_free_value(box);
    });
    const text = this.instance.newString(wire.text);
    const result = this.#checked(this.instance.call(this.layout.decode, text, bytes));
    api.qjs_free_value(text);
    api.qjs_free_value(bytes);
    return result;
  }

  /**
   * Reads a value out of the VM. Getters of the script run.
   *
   * @returns the value, or for a value that cannot cross the error that says so
   */
  take(box: number, path: string): Called<{ value: Value } | { error: ErrorEnvelope }> {
    const result = this.#checked(this.instance.call(this.layout.encode, box));
    return result.ok ? { ok: true, value: this.read(result.value, path) } : result;
  }

  /** Reads what the encoder of the prelude made of a value. Nothing of the script runs. */
  read(encoded: number, path: string): { value: Value } | { error: ErrorEnvelope } {
    const refused = this.#text(encoded, 'refused');
    if (refused !== undefined) {
      const keys = JSON.parse(this.#text(encoded, 'keys') ?? '[]') as (string | number)[];
      const { code, message } = refusal(keys.reduce<string>(childPath, path), refused);
      return { error: { code, message } };
    }
    const list = this.instance.property(encoded, 'bytes');
    const value = fromWire(this.#text(encoded, 'text') ?? '', (index) => {
      const item = this.instance.api.qjs_get_prop_uint32(list, index);
      const bytes = this.instance.readBytes(item);
      this.instance.api.qjs_free_value(item);
      return bytes;
    });
    return { value };
  }

  /** Makes the globals for what a program may call. */
  openCalls(functions: readonly string[], events: readonly string[]): Called<number> {
    const [first, second] = [functions, events].map((names) => this.instance.newString(JSON.stringify(names)));
    return this.#checked(this.instance.call(this.layout.open, first as number, second as number));
  }

  /** Settles the promise of a call. */
  answer(answer: Answer): Called<number> {
    const { api } = this.instance;
    const value = this.#answerValue(answer);
    if (!value.ok) return value;
    const id = api.qjs_new_number(answer.id);
    const type = this.instance.newString(answer.kind === 'handle' ? answer.type : answer.kind);
    const result = this.#checked(this.instance.call(this.layout.answer, id, type, value.value));
    for (const box of [id, type, value.value]) api.qjs_free_value(box);
    return result;
  }

  #answerValue(answer: Answer): Called<number> {
    if (answer.kind === 'handle') return { ok: true, value: this.instance.api.qjs_new_number(answer.handle) };
    if (answer.kind === 'value') return this.give(answer.value);
    const { message, name, code } = answer.error;
    return this.give({ message, ...(name === undefined ? {} : { name }), ...(code === undefined ? {} : { code }) });
  }

  /** A promise for what `await` makes of a value. */
  settle(box: number): Called<number> {
    return this.#checked(this.instance.call(this.layout.settle, box));
  }

  /** Puts something thrown into words; undefined if even that fails. Getters of the script run. */
  describe(thrown: number): Thrown | undefined {
    const result = this.#checked(this.instance.call(this.layout.describe, thrown));
    if (!result.ok) return undefined;
    const text = (key: string) => this.#text(result.value, key);
    return {
      name: text('name'),
      message: text('message') ?? '',
      stack: text('stack'),
      cause: text('cause'),
      code: text('code'),
    };
  }

  /** Turns the exception that a call left behind into the box of what was thrown. */
  #checked(box: number): Called<number> {
    const { api } = this.instance;
    return api.qjs_is_exception(box) === 0 ? { ok: true, value: box } : { ok: false, thrown: api.qjs_get_exception() };
  }

  #text(holder: number, key: string): string | undefined {
    const box = this.instance.property(holder, key);
    const text = this.instance.readString(box);
    this.instance.api.qjs_free_value(box);
    return text;
  }
}
