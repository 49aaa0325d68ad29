import type MiniSearch from 'minisearch';
import type { SearchResult } from 'minisearch';
import type { ToolSummary } from './tool-info.js';

/** A tool that a search found. */
export interface FoundTool extends ToolSummary {
  /** The higher the better it fits. */
  readonly score: number;
}

type Entry = ToolSummary & { readonly id: string };

/** Finds tools by words of their names, tags, categories and descriptions: half typed words too, and misspelt ones if nothing else is found. */
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

  /** The best first. */
  find(query: string, fits?: (tool: ToolSummary) => boolean): FoundTool[] {
    const filter = fits && { filter: (result: SearchResult) => fits(result as unknown as ToolSummary) };
    const asTyped = this.#index.search(query, { ...filter, fuzzy: false });
    // To compare with every word of the index takes five times as long: only if nothing is found without.
    const found = asTyped.length > 0 ? asTyped : this.#index.search(query, filter);
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
