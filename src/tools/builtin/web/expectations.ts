import { isDeepStrictEqual } from 'node:util';
import { describe } from '../../../errors/describe.js';

/** What an answer has to be. */
export interface Expectation {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contains?: string;
  readonly json?: Readonly<Record<string, unknown>>;
  readonly within?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string;
  readonly ms: number;
}

/** What of an answer is not as expected. */
export function problemsOf({ status, headers, body, ms }: Answer, { json, ...expected }: Expectation): string[] {
  const problems: string[] = [];
  if (expected.status !== undefined && status !== expected.status)
    problems.push(`the status is ${status}, not ${expected.status}`);
  for (const [name, part] of Object.entries(expected.headers ?? {})) {
    const key = name.toLowerCase();
    const value = Object.hasOwn(headers, key) ? headers[key] : undefined;
    if (![value ?? []].flat().some((one) => one.includes(part)))
      problems.push(`the header ${name} is ${describe(value)}; it has to have ${describe(part)}`);
  }
  if (expected.contains !== undefined && !body.includes(expected.contains))
    problems.push(`the body has not ${describe(expected.contains)}`);
  if (expected.within !== undefined && ms > expected.within)
    problems.push(`it took ${ms} ms, not at most ${expected.within}`);
  return json === undefined ? problems : [...problems, ...jsonProblems(body, json)];
}

function jsonProblems(body: string, expected: Readonly<Record<string, unknown>>): string[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return ['the body is no JSON'];
  }
  return Object.entries(expected).flatMap(([pointer, wanted]) => {
    const found = at(value, pointer);
    return isDeepStrictEqual(found, wanted) ? [] : [`${pointer} is ${describe(found)}, not ${describe(wanted)}`];
  });
}

/** What a JSON Pointer (RFC 6901) leads to. */
function at(value: unknown, pointer: string): unknown {
  let found = value;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = Reflect.get(found, key);
  }
  return found;
}
