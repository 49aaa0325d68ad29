/** A piece of HTML that is whole and safe as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = Html | string | number | false | undefined | readonly Content[];

/** Makes HTML of a template. Whatever is put into it is escaped, unless it is HTML itself; lists are joined, false and undefined left out. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.map((text, i) => text + (i < contents.length ? textOf(contents[i]) : '')).join(''));
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (content === false || content === undefined) return '';
  if (Array.isArray(content)) return content.map(textOf).join('');
  return String(content).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Data for a script of the page: JSON that cannot end the element that it is in. */
export function jsonFor(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

/** A figure, large, and what it says. */
export function tile(figure: string, text: string): Html {
  return html`<div class="tile"><b>${figure}</b><span>${text}</span></div>`;
}
