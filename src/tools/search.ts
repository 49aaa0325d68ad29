import type MiniSearch from 'minisearch';
import type { SearchResult } from 'minisearch';
import type { ToolSummary } from './tool-info.js';

/** A tool that a search found. */
export interface FoundTool extends ToolSummary {
  /** The higher the better it fits. */
  readonly score: number;
}

type Entry = ToolSummary & { readonly id: string };

/** Finds tools by words of their names, tags, categories and descriptions: misspelt and half typed words too. */
export class ToolSearch {
  readonly #index: MiniSearch<Entry>;

  static async make(): Promise<ToolSearch> {
    const { default: Index } = await import('minisearch');
    return new ToolSearch(
      new Index<Entry>({
        fields: ['name', 'tags', 'category', 'description'],
        storeFields: ['name', 'description', 'category', 'tags', 'security'],
        extractField: (entry, field) => {
          const value = entry[field as keyof Entry];
          return typeof value === 'string' ? value : value.join(' ');
        },
        searchOptions: {
          boost: { name: 4, tags: 2, category: 2 },
          prefix: true,
          fuzzy: (term) => (term.length > 3 ? 0.2 : false),
        },
      }),
    );
  }

  private constructor(index: MiniSearch<Entry>) {
    this.#index = index;
  }

  add(tool: ToolSummary): void {
    this.#index.add({ ...tool, id: tool.name });
  }

  remove(name: string): void {
    this.#index.discard(name);
  }

  /** The best first. */
  find(query: string, fits?: (tool: ToolSummary) => boolean): FoundTool[] {
    const options = fits && { filter: (result: SearchResult) => fits(result as unknown as ToolSummary) };
    const found = this.#index.search(query, options);
    return found.map(({ name, description, category, tags, security, score }) => ({
      name,
      description,
      category,
      tags,
      security,
      score,
    }));
  }
}
