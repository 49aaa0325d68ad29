import type MiniSearch from 'minisearch';
import type { SearchResult } from 'minisearch';
import type { ToolSummary } from './tool-info.js';

/** A tool that a search found. */
export interface FoundTool extends ToolSummary {
  /** The higher the better it fits. */
  readonly score: number;
}

/** Words that are in every other description. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  'a an and are as at be by for from in into is it its of on or that the their this to what which with'.split(' '),
);

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
        processTerm: (term) => {
          const word = term.toLowerCase();
          return STOP_WORDS.has(word) ? null : word;
        },
        searchOptions: {
          boost: { name: 4, tags: 2, category: 2 },
          // One or two letters begin a great many words: only where the next ones may still be typed.
          prefix: (term, index, terms) => term.length > 2 || index === terms.length - 1,
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
