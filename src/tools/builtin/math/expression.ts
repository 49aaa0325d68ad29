import { wrongInput } from '../refusal.js';
import { CONSTANTS, FUNCTIONS, factorial } from './functions.js';

/** How deep parentheses, signs and powers may be nested: the parser calls itself for each. */
const MOST_NESTED = 100;

const TOKEN =
  /\s*(?:(0[xX][0-9a-fA-F]+|0[bB][01]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[-+*/%^!(),]))/y;

interface Token {
  readonly kind: 'number' | 'name' | 'sign' | 'end';
  readonly text: string;
  /** Its place in the expression, from 1. */
  readonly at: number;
}

/**
 * The value of an arithmetic expression.
 *
 * @throws StintError `TOOL_INPUT` for what is no expression, for unknown names, and for a value that is not finite
 */
export function evaluate(expression: string, variables: Readonly<Record<string, number>> = {}): number {
  const result = new Parser(expression, variables).parse();
  if (!Number.isFinite(result)) {
    throw wrongInput(
      'expression',
      `its value is ${result}, not a finite number; look for a division by zero, or the root of a negative`,
    );
  }
  return result;
}

/** Reads the expression from left to right and computes as it goes, one method for each level of precedence. */
class Parser {
  readonly #tokens: Token[];
  readonly #variables: Readonly<Record<string, number>>;
  #next = 0;
  #depth = 0;

  constructor(expression: string, variables: Readonly<Record<string, number>>) {
    this.#tokens = split(expression);
    this.#variables = variables;
  }

  parse(): number {
    const value = this.#sum();
    if (this.#token.kind !== 'end') throw unexpected(this.#token, 'an operator');
    return value;
  }

  #sum(): number {
    let value = this.#product();
    for (;;) {
      if (this.#take('+')) value += this.#product();
      else if (this.#take('-')) value -= this.#product();
      else return value;
    }
  }

  #product(): number {
    let value = this.#signed();
    for (;;) {
      if (this.#take('*')) value *= this.#signed();
      else if (this.#take('/')) value /= this.#signed();
      else if (this.#take('%')) value %= this.#signed();
      else return value;
    }
  }

  #signed(): number {
    return this.#nested(() => {
      if (this.#take('-')) return -this.#signed();
      if (this.#take('+')) return this.#signed();
      return this.#power();
    });
  }

  /** From right to left: 2^3^2 is 2^9. The exponent may have a sign. */
  #power(): number {
    const base = this.#postfix();
    return this.#take('^') || this.#take('**') ? base ** this.#signed() : base;
  }

  #postfix(): number {
    let value = this.#primary();
    while (this.#take('!')) value = factorial(value);
    return value;
  }

  #primary(): number {
    const token = this.#token;
    if (token.kind === 'number') {
      this.#next += 1;
      return Number(token.text);
    }
    if (token.kind === 'name') {
      this.#next += 1;
      return this.#take('(') ? this.#call(token) : this.#value(token);
    }
    if (!this.#take('(')) throw unexpected(token, 'a number, a name or (');
    const value = this.#sum();
    this.#expect(')');
    return value;
  }

  #call({ text, at }: Token): number {
    const args: number[] = [];
    if (!this.#take(')')) {
      do args.push(this.#sum());
      while (this.#take(','));
      this.#expect(')');
    }
    const known = Object.hasOwn(FUNCTIONS, text) ? FUNCTIONS[text] : undefined;
    if (known === undefined) {
      throw wrongInput(
        'expression',
        `there is no function '${text}' (at ${at}); there are ${Object.keys(FUNCTIONS).join(', ')}`,
      );
    }
    const [least, most] = known.takes;
    if (args.length < least || args.length > most) {
      const wanted = least === most ? `${least}` : `${least} to ${most}`;
      throw wrongInput('expression', `${text} (at ${at}) takes ${wanted} arguments and got ${args.length}`);
    }
    return known.compute(...args);
  }

  #value({ text, at }: Token): number {
    for (const names of [this.#variables, CONSTANTS]) {
      const value = Object.hasOwn(names, text) ? names[text] : undefined;
      if (value !== undefined) return value;
    }
    throw wrongInput('expression', `nobody says what '${text}' (at ${at}) is; give it in variables`);
  }

  #nested(compute: () => number): number {
    this.#depth += 1;
    if (this.#depth > MOST_NESTED) throw wrongInput('expression', `it is nested deeper than ${MOST_NESTED} levels`);
    const value = compute();
    this.#depth -= 1;
    return value;
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #take(sign: string): boolean {
    const { kind, text } = this.#token;
    if (kind !== 'sign' || text !== sign) return false;
    this.#next += 1;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw unexpected(this.#token, sign);
  }
}

function split(expression: string): Token[] {
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(expression);
    if (match === null) {
      const rest = expression.slice(from).trimStart();
      throw wrongInput(
        'expression',
        `it has '${rest[0]}' at ${expression.length - rest.length + 1}, which is no part of an expression`,
      );
    }
    const [, digits, name, sign] = match;
    const text = digits ?? name ?? (sign as string);
    const kind = digits !== undefined ? 'number' : name !== undefined ? 'name' : 'sign';
    tokens.push({ kind, text, at: TOKEN.lastIndex - text.length + 1 });
  }
  tokens.push({ kind: 'end', text: 'the end', at: end + 1 });
  return tokens;
}

function unexpected({ kind, text, at }: Token, wanted: string) {
  const found = kind === 'end' ? 'it ends' : `there is '${text}'`;
  return wrongInput('expression', `${found} at ${at} where ${wanted} is expected`);
}
