/** An element of XML, with all that is in it in its order. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

const NAME = '[\\p{L}_:][\\p{L}\\p{M}\\p{N}_:.\\u00b7-]*';
const OPEN = new RegExp(`<(${NAME})`, 'uy');
const CLOSE = new RegExp(`</(${NAME})\\s*>`, 'uy');
const ATTRIBUTE = new RegExp(`\\s+(${NAME})\\s*=\\s*(?:"([^<"]*)"|'([^<']*)')`, 'uy');
const END = /\s*(\/?)>/y;
const DOCTYPE = /<!DOCTYPE\s[^<>[\]]*>/y;
const REFERENCE = /&(?:(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[\p{L}_][\p{L}\p{N}_.-]*);)?/gu;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads a document of XML into its root. White space is left out where nothing but elements is.
 *
 * @throws Error for what is not well-formed, and for a document type with declarations of its own, which are not read
 */
export function readXml(text: string): XmlElement {
  return new Reader(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')).read();
}

class Reader {
  readonly #text: string;
  readonly #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): XmlElement {
    while (this.#at < this.#text.length) this.#next();
    const left = this.#open.at(-1);
    if (left !== undefined) throw this.#wrong(`<${left.name}> is not closed`);
    if (this.#root === undefined) throw new Error('it has no element');
    return this.#root;
  }

  #next(): void {
    const begins = (sign: string) => this.#text.startsWith(sign, this.#at);
    if (!begins('<')) this.#characters();
    else if (begins('<!--')) this.#upTo('<!--', '-->');
    else if (begins('<?')) this.#upTo('<?', '?>');
    else if (begins('<![CDATA[')) this.#add(this.#upTo('<![CDATA[', ']]>'), true);
    else if (begins('<!')) this.#documentType();
    else if (begins('</')) this.#close();
    else this.#element();
  }

  #characters(): void {
    const end = this.#text.indexOf('<', this.#at);
    const found = this.#text.slice(this.#at, end === -1 ? undefined : end);
    if (found.includes(']]>')) throw this.#wrong(']]> in a text');
    this.#add(this.#decoded(found));
    this.#at += found.length;
  }

  #add(text: string, verbatim = false): void {
    const holder = this.#open.at(-1);
    if (holder === undefined) {
      if (verbatim || text.trim() !== '') throw this.#wrong('there is text outside of the root');
      return;
    }
    const { children } = holder;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  }

  #documentType(): void {
    if (this.#root !== undefined) throw this.#wrong('<! after the beginning of the root');
    if (this.#match(DOCTYPE) === undefined)
      throw this.#wrong('a document type that is wrong, or has declarations, which are not read');
  }

  #element(): void {
    const opened = this.#match(OPEN);
    if (opened === undefined) throw this.#wrong('< begins no element; write it as &lt;');
    const name = opened[1] as string;
    const attributes = this.#attributes(name);
    const end = this.#match(END);
    if (end === undefined) throw this.#wrong(`the tag <${name}> is wrong`);
    const element: XmlElement = { name, attributes, children: [] };
    const holder = this.#open.at(-1);
    if (holder !== undefined) holder.children.push(element);
    else if (this.#root === undefined) this.#root = element;
    else throw this.#wrong(`<${name}> is a second root`);
    if (end[1] === '') this.#open.push(element);
  }

  #attributes(element: string): Record<string, string> {
    const found = new Map<string, string>();
    for (let next = this.#match(ATTRIBUTE); next !== undefined; next = this.#match(ATTRIBUTE)) {
      const [, name = '', quoted, value = quoted ?? ''] = next;
      if (found.has(name)) throw this.#wrong(`<${element}> has the attribute ${name} twice`);
      found.set(name, this.#decoded(value.replace(/[\t\n]/g, ' ')));
    }
    return Object.fromEntries(found);
  }

  #close(): void {
    const name = this.#match(CLOSE)?.[1];
    if (name === undefined) throw this.#wrong('</ ends no element');
    const element = this.#open.pop();
    if (element === undefined) throw this.#wrong(`</${name}> closes nothing`);
    if (element.name !== name) throw this.#wrong(`</${name}> stands where </${element.name}> has to`);
    const { children } = element;
    const spaced = children.every((child) => typeof child !== 'string' || child.trim() === '');
    if (!spaced || children.length < 2) return;
    children.splice(0, children.length, ...children.filter((child) => typeof child !== 'string'));
  }

  /** What is between two signs; the first one is here. */
  #upTo(from: string, to: string): string {
    const begin = this.#at + from.length;
    const end = this.#text.indexOf(to, begin);
    if (end === -1) throw this.#wrong(`${from} is not ended by ${to}`);
    this.#at = end + to.length;
    return this.#text.slice(begin, end);
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found === null) return undefined;
    this.#at = expression.lastIndex;
    return found;
  }

  #decoded(text: string): string {
    return text.replace(REFERENCE, (all, name: string | undefined) => {
      const character = name === undefined ? undefined : referred(name);
      if (character === undefined) throw this.#wrong(`'${all}' is no reference that XML knows; write & as &amp;`);
      return character;
    });
  }

  #wrong(what: string): Error {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    return new Error(`it is no well-formed XML: ${what} (line ${line})`);
  }
}

function referred(name: string): string | undefined {
  if (!name.startsWith('#')) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code === 0 || code > 0x10ffff || isSurrogate ? undefined : String.fromCodePoint(code);
}
