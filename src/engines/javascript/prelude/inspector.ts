import type { ClassOf, Primordials } from './primordials.js';

/**
 * Guest code (see primordials.ts): makes the function that shows a value in short, as `console.log` of Node does: three levels,
 * a hundred items, cycles marked, getters named and not run, lines broken past 72 characters. It runs no code
 * of the script, except `source` and `flags` of a regular expression whose getters were replaced.
 */
export function makeInspector(p: Primordials, classOf: ClassOf) {
  const MAX_LEVELS = 2;
  const MAX_ITEMS = 100;
  const MAX_TEXT = 10_000;
  const LINE = 72;
  const ERROR = classOf(new Error());
  const ARRAY = classOf([]);
  const DATE = classOf(new Date());
  const REGEXP = classOf(/x/);
  const MAP = classOf(new Map());
  const SET = classOf(new Set());
  const PROXY = classOf(new Proxy({}, {}));

  const data = (holder: object | null, key: string): unknown =>
    holder === null ? undefined : p.describeProperty(holder, key)?.value;

  const quoted = (text: string): string => {
    const shown = text.length > MAX_TEXT ? p.slice(text, 0, MAX_TEXT) : text;
    const json = p.quote(shown);
    const rest = shown === text ? '' : `... ${text.length - MAX_TEXT} more characters`;
    if (p.indexOf(shown, "'") >= 0) return json + rest;
    let body = '';
    // A quote needs no backslash between apostrophes.
    for (let i = 1; i < json.length - 1; i += 1) if (json[i] !== '\\' || json[i + 1] !== '"') body += json[i];
    return `'${body}'${rest}`;
  };

  const isName = (text: string): boolean => {
    if (text === '' || text.length > 100) return false;
    for (let i = 0; i < text.length; i += 1) {
      const c = text[i] as string;
      const letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c === '_' || c === '$';
      if (!letter && (i === 0 || c < '0' || c > '9')) return false;
    }
    return true;
  };

  const className = (value: object): string | null => {
    let holder = p.prototypeOf(value);
    for (let i = 0; holder !== null && i < 100 && classOf(holder) !== PROXY; i += 1) {
      const maker = data(holder, 'constructor');
      const name = typeof maker === 'function' ? data(maker, 'name') : undefined;
      if (typeof name === 'string' && name !== '') return name;
      holder = p.prototypeOf(holder);
    }
    return null;
  };

  const functionText = (value: object): string => {
    const name = data(value, 'name');
    const named = typeof name === 'string' && name !== '';
    if (p.slice(p.functionText(value), 0, 5) === 'class') return `[class ${named ? name : '(anonymous)'}]`;
    return named ? `[Function: ${name}]` : '[Function (anonymous)]';
  };

  const errorText = (value: object): string => {
    const name = data(value, 'name') ?? className(value) ?? 'Error';
    const message = data(value, 'message');
    const stack = data(value, 'stack');
    const title =
      (typeof name === 'string' ? name : 'Error') +
      (typeof message === 'string' && message !== '' ? `: ${message}` : '');
    if (typeof stack !== 'string' || stack === '') return `[${title}]`;
    const end = stack[stack.length - 1] === '\n' ? stack.length - 1 : stack.length;
    return `${title}\n${p.slice(stack, 0, end)}`;
  };

  const join = (
    open: string,
    entries: { [index: number]: string },
    count: number,
    close: string,
    indent: string,
  ): string => {
    if (count === 0) return open + close;
    let total = open.length + indent.length;
    let broken = false;
    for (let i = 0; i < count; i += 1) {
      const entry = entries[i] as string;
      total += entry.length + 2;
      if (p.indexOf(entry, '\n') >= 0) broken = true;
    }
    const lines = broken || total > LINE;
    let text = open + (lines ? '\n' : ' ');
    for (let i = 0; i < count; i += 1) {
      text += (lines ? `${indent}  ` : '') + entries[i];
      if (i < count - 1) text += lines ? ',\n' : ', ';
    }
    return text + (lines ? `\n${indent}` : ' ') + close;
  };

  return function inspect(root: unknown): string {
    const ancestors: { [depth: number]: object } = { __proto__: null } as never;

    const show = (value: unknown, depth: number, indent: string): string => {
      switch (typeof value) {
        case 'string':
          return quoted(value);
        case 'number':
          return value === 0 && 1 / value < 0 ? '-0' : `${value}`;
        case 'bigint':
          return `${p.bigIntText(value, 10)}n`;
        case 'boolean':
          return value ? 'true' : 'false';
        case 'undefined':
          return 'undefined';
        case 'symbol':
          return p.symbolText(value);
        default:
          return value === null ? 'null' : showObject(value as object, depth, indent);
      }
    };

    const showObject = (value: object, depth: number, indent: string): string => {
      const kind = classOf(value);
      if (kind === PROXY) return '[Proxy]';
      if (kind === ERROR) return errorText(value);
      if (kind === DATE) {
        const time = p.timeOf(value as Date);
        return time - time === 0 ? p.isoText(value as Date) : 'Invalid Date';
      }
      if (kind === REGEXP) return p.regExpText(value);
      for (let i = 0; i < depth; i += 1) if (ancestors[i] === value) return '[Circular]';
      const name = className(value);
      if (depth > MAX_LEVELS) return kind === ARRAY ? '[Array]' : `[${name ?? 'Object: null prototype'}]`;
      ancestors[depth] = value;
      return showEntries(value, kind, name, depth, indent);
    };

    const showEntries = (value: object, kind: number, name: string | null, depth: number, indent: string): string => {
      const entries: { [index: number]: string } = { __proto__: null } as never;
      let count = 0;
      const add = (entry: string): void => {
        entries[count] = entry;
        count += 1;
      };
      const inner = (item: unknown): string => show(item, depth + 1, `${indent}  `);
      const property = (key: string | symbol): string => {
        const descriptor = p.describeProperty(value, key);
        if (descriptor === undefined) return '<empty item>';
        if ('value' in descriptor) return inner(descriptor.value);
        if (descriptor.get === undefined) return '[Setter]';
        return descriptor.set === undefined ? '[Getter]' : '[Getter/Setter]';
      };

      const typed = p.typedArrayName(value);
      const length =
        kind === ARRAY ? (value as unknown[]).length : typed === undefined ? -1 : p.typedArrayLength(value);
      let title = name === null ? '[Object: null prototype] ' : name === 'Object' ? '' : `${name} `;
      if (kind === ARRAY) title = name === 'Array' ? '' : `${name ?? 'Array'}(${length}) `;
      else if (typed !== undefined) title = `${name ?? typed}(${length}) `;
      else if (kind === MAP) title = `${name ?? 'Map'}(${p.mapSize(value)}) `;
      else if (kind === SET) title = `${name ?? 'Set'}(${p.setSize(value)}) `;

      for (let i = 0; i < length && i < MAX_ITEMS; i += 1) add(property(`${i}`));
      let left = length - MAX_ITEMS;
      if (kind === MAP || kind === SET) {
        let seen = 0;
        const visit = (item: unknown, key?: unknown): void => {
          seen += 1;
          if (seen <= MAX_ITEMS) add(kind === MAP ? `${inner(key)} => ${inner(item)}` : inner(item));
        };
        if (kind === MAP) p.mapForEach(value, visit);
        else p.setForEach(value, visit);
        left = seen - MAX_ITEMS;
      }
      const keys = length > MAX_ITEMS ? [] : p.ownKeys(value);
      let extra = 0;
      for (let i = kind === ARRAY || typed !== undefined ? length : 0; i < keys.length; i += 1) {
        const key = keys[i] as string | symbol;
        if (p.describeProperty(value, key)?.enumerable !== true) continue;
        extra += 1;
        if (extra > MAX_ITEMS) continue;
        const label = typeof key === 'symbol' ? `[${p.symbolText(key)}]` : isName(key) ? key : quoted(key);
        add(`${label}: ${property(key)}`);
      }
      if (extra > MAX_ITEMS) left = extra - MAX_ITEMS;
      if (left > 0) add(`... ${left} more item${left === 1 ? '' : 's'}`);

      if (typeof value === 'function')
        return count === 0 ? functionText(value) : join(`${functionText(value)} {`, entries, count, '}', indent);
      return length >= 0
        ? join(`${title}[`, entries, count, ']', indent)
        : join(`${title}{`, entries, count, '}', indent);
    };

    return show(root, 0, '');
  };
}
