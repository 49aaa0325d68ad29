/**
 * The part of the WebAssembly JavaScript interface that the engines use (W3C, "WebAssembly JavaScript
 * Interface"). TypeScript declares it only for browsers, together with all else that a browser has.
 */
declare namespace WebAssembly {
  type ImportValue = ((...args: never[]) => unknown) | number | object;
  type ModuleImports = Record<string, ImportValue>;
  type Imports = Record<string, ModuleImports>;

  /** Compiled code. Can be posted to another thread. */
  class Module {
    constructor(bytes: Uint8Array);
  }

  /** Compiled code with a memory, a table and globals of its own. */
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, unknown>;
  }

  class Memory {
    /** @param size in pages of 64 KiB */
    constructor(size: { readonly initial: number });
    readonly buffer: ArrayBuffer;
    /** @returns the former size, in pages of 64 KiB */
    grow(pages: number): number;
  }

  class Table {
    readonly length: number;
    get(index: number): unknown;
    /** @returns the former length */
    grow(slots: number): number;
  }

  class Global {
    value: number;
  }

  /** What a trap throws. */
  class RuntimeError extends Error {}

  function compile(bytes: Uint8Array): Promise<Module>;
}
