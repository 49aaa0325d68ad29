import type { Pattern, Program, VariableDeclaration } from 'acorn';
import { StintError } from '../../errors/stint-error.js';

/** Makes a piece of JavaScript ready to be evaluated in the global scope. */
export type PieceMaker = (code: string) => string;

/**
 * Loads what makes pieces: each becomes an asynchronous function, so that `await` works in it, whose declarations are global variables, so
 * that the next piece sees them, and which returns the value of the last expression.
 */
export async function loadPieceMaker(): Promise<PieceMaker> {
  const { Parser } = await import('acorn');
  const parser = Parser.extend(withoutScopes as never);
  return (code) => {
    let program: Program;
    try {
      program = parser.parse(code, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true });
    } catch (error) {
      throw syntaxError(error);
    }
    return rewrite(code, program);
  };
}

/**
 * acorn looks for names that are declared twice by going through all before, which for a hundred thousand of them takes minutes. QuickJS finds those within
 * functions and blocks; at the top they are looked for here.
 */
function withoutScopes(Base: new () => object): new () => object {
  return class extends Base {
    declareName(): void {
      // Not looked at here.
    }
  };
}

function rewrite(code: string, { body }: Program): string {
  refuseRepeated(body);
  const names: string[] = [];
  const functions: string[] = [];
  let text = '';
  let from = 0;
  const replace = (start: number, end: number, by: string): void => {
    text += code.slice(from, start) + by;
    from = end;
  };
  body.forEach((statement, index) => {
    const { start, end } = statement;
    switch (statement.type) {
      case 'VariableDeclaration':
        for (const { id } of statement.declarations) collectNames(id, names);
        replace(start, end, assignments(code, statement));
        break;
      case 'FunctionDeclaration':
        names.push(statement.id.name);
        functions.push(statement.id.name);
        break;
      case 'ClassDeclaration':
        names.push(statement.id.name);
        replace(start, end, `;${statement.id.name} = ${code.slice(start, end)};`);
        break;
      case 'ExpressionStatement':
        if (index !== body.length - 1) break;
        replace(start, end, `return (${code.slice(statement.expression.start, statement.expression.end)});`);
    }
  });
  text += code.slice(from);
  const declared = names.length === 0 ? '' : `var ${[...new Set(names)].join(',')};`;
  const hoisted = functions.map((name) => `globalThis.${name}=${name};`).join('');
  return `${declared}(async()=>{${hoisted}${text}\n})()`;
}

/** @throws StintError `SCRIPT_SYNTAX` for a name that is declared at the top twice, at least once by `let`, `const` or `class` */
function refuseRepeated(body: Program['body']): void {
  const declared = new Map<string, boolean>();
  for (const statement of body) {
    const names: string[] = [];
    if (statement.type === 'VariableDeclaration') for (const { id } of statement.declarations) collectNames(id, names);
    else if (statement.type === 'ClassDeclaration' || statement.type === 'FunctionDeclaration')
      names.push(statement.id.name);
    const isLexical =
      statement.type === 'ClassDeclaration' || (statement.type === 'VariableDeclaration' && statement.kind !== 'var');
    for (const name of names) {
      const before = declared.get(name);
      if (before === true || (before === false && isLexical)) {
        throw syntaxError(
          Object.assign(new SyntaxError(`Identifier '${name}' has already been declared`), { pos: statement.start }),
        );
      }
      declared.set(name, isLexical);
    }
  }
}

function assignments(code: string, { declarations }: VariableDeclaration): string {
  const texts = declarations.map(({ id, start, end, init }) => {
    const text = code.slice(start, end);
    return init == null ? `${code.slice(id.start, id.end)} = undefined` : text;
  });
  return `;(${texts.join(', ')});`;
}

function collectNames(pattern: Pattern, names: string[]): void {
  switch (pattern.type) {
    case 'Identifier':
      names.push(pattern.name);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        collectNames(property.type === 'RestElement' ? property.argument : property.value, names);
      }
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) collectNames(element, names);
      break;
    case 'AssignmentPattern':
      collectNames(pattern.left, names);
      break;
    case 'RestElement':
      collectNames(pattern.argument, names);
  }
}

function syntaxError(error: unknown): StintError {
  const { message, loc } = error as { message: string; loc?: { line: number } };
  const details = { language: 'javascript' as const, scriptErrorName: 'SyntaxError' };
  return new StintError('SCRIPT_SYNTAX', message, loc === undefined ? details : { ...details, line: loc.line });
}
