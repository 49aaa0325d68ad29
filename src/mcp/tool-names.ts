/** What every client takes as a name; some take nothing else. */
const OTHER = /[^a-zA-Z0-9_-]/g;
const LONGEST = 64;

/** Names of tools as MCP clients see them: many take letters, digits, `_` and `-` only. Back to the tool, both names are known. */
export class ToolNames {
  readonly #byShown = new Map<string, string>();
  readonly #shown = new Map<string, string>();

  /** @param names all of them, and those that are taken already */
  constructor(names: Iterable<string>, taken: Iterable<string> = []) {
    const used = new Set(taken);
    for (const name of names) {
      const plain = name.replace(OTHER, '_').slice(0, LONGEST);
      let shown = plain;
      for (let number = 2; used.has(shown); number += 1) shown = `${plain.slice(0, LONGEST - 4)}_${number}`;
      used.add(shown);
      this.#byShown.set(shown, name);
      this.#shown.set(name, shown);
    }
  }

  shown(name: string): string {
    return this.#shown.get(name) ?? name;
  }

  real(shown: string): string {
    return this.#byShown.get(shown) ?? shown;
  }
}
