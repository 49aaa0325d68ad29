/** Makes a module of its binary form. */
export type Compile = (binary: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>;

/** On V8's own threads. */
export const compileAside: Compile = (binary) => WebAssembly.compile(binary);
