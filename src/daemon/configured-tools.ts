import { isAbsolute } from 'node:path';
import { messageOf } from '../errors/describe.js';
import { loadDirectory, loadPackage } from '../tools/plugins/load-plugins.js';
import type { ToolRegistry } from '../tools/registry.js';
import type { Tool } from '../tools/tool.js';
import type { KernelConfig } from './config.js';

/** The tools that a configuration names, in a registry: those of the last reload, and no others of before. */
export class ConfiguredTools {
  readonly #registry: ToolRegistry;
  #names: string[] = [];

  constructor(registry: ToolRegistry) {
    this.#registry = registry;
  }

  /** Loads tools in place of those that were loaded before. Gives what is wrong with those that cannot be had; the others are there. */
  async load({ tools: places, directory }: Pick<KernelConfig, 'tools' | 'directory'>): Promise<string[]> {
    const problems: string[] = [];
    const loaded: Tool[] = [];
    for (const place of places) {
      try {
        if (!isAbsolute(place)) {
          loaded.push(...(await loadPackage(place, directory)));
          continue;
        }
        const found = await loadDirectory(place);
        loaded.push(...found.tools);
        problems.push(...found.problems.map(({ message }) => message));
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    for (const name of this.#names) this.#registry.remove(name);
    this.#names = [];
    for (const tool of loaded) {
      try {
        this.#registry.add(tool);
        this.#names.push(tool.name);
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
    return problems;
  }
}
