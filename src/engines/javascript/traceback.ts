/** Where something happened in a script's own source. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One call of the script. `call` is the function's name, undefined for the script itself and nameless functions. */
export interface Frame extends Position {
  readonly call: string | undefined;
}

/** More frames than this tell nothing more: the script recursed. */
const MAX_FRAMES = 50;

const NAMELESS = new Set(['<eval>', '<anonymous>', '']);

/**
 * The calls of the script in a stack of QuickJS, the innermost first: what is in the file `name`. Built-in functions, the prelude and
 * code made by `eval` are left out.
 */
export function framesOf(stack: string, name: string): Frame[] {
  const frames: Frame[] = [];
  for (const line of stack.split('\n')) {
    if (frames.length === MAX_FRAMES) break;
    const frame = frameOf(line.trim(), name);
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

/** `at call (name:1:2)` or `at name:1:2`. The name may hold anything, so it is not left to a pattern. */
function frameOf(text: string, name: string): Frame | undefined {
  if (!text.startsWith('at ')) return undefined;
  const position = /:(\d+):(\d+)\)?$/.exec(text);
  if (position === null) return undefined;
  const place = text.slice(3, position.index);
  const at = { line: Number(position[1]), column: Number(position[2]) };
  if (place === name) return { call: undefined, ...at };
  if (!place.endsWith(` (${name}`)) return undefined;
  const call = place.slice(0, -name.length - 2);
  return { call: NAMELESS.has(call) ? undefined : call, ...at };
}

/** The frames as text, one a line: `at call (name:1:2)`. */
export function tracebackOf(frames: readonly Frame[], name: string): string {
  return frames
    .map(({ call, line, column }) => {
      const place = `${name}:${line}:${column}`;
      return call === undefined ? `at ${place}` : `at ${call} (${place})`;
    })
    .join('\n');
}
