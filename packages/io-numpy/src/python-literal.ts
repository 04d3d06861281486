import { BrushwoodError } from '@brushwood/core';

export type PythonLiteral = string | number | boolean | null | readonly PythonLiteral[] | PythonDict;
export type PythonDict = ReadonlyMap<string, PythonLiteral>;

/** Deeper nesting than any array description has; stops a hostile header from exhausting the stack. */
const maxDepth = 16;
const tokenPattern = /\s*([{}[\](),:]|'[^'\\\n]*'|"[^"\\\n]*"|\d+|True|False|None|$)/y;

/**
 * Parses the Python literals that .npy headers are made of: dicts with string keys, tuples, lists, strings without
 * escapes, natural numbers, True, False, None. Tuples and lists both become arrays; nothing is evaluated.
 * @throws {BrushwoodError} 'broken-file' that names the place, for anything else.
 */
export function parsePythonLiteral(text: string, who: string): PythonLiteral {
  const tokens = tokenize(text, who);
  const value = parseValue(tokens, 0);
  tokens.expect('');
  return value;
}

interface Tokens {
  /** The next token; the empty string at the end. */
  peek(): string;
  take(): string;
  expect(token: string): void;
  fail(expected: string): never;
}

function tokenize(text: string, who: string): Tokens {
  let at = 0;
  const fail = (expected: string): never => {
    throw new BrushwoodError(
      'broken-file',
      `${who}: the .npy header is malformed at character ${at}: expected ${expected}, ` +
        `found "${text.slice(at, at + 20)}". Save the array again with numpy.save.`,
      { position: at },
    );
  };
  const match = () => {
    tokenPattern.lastIndex = at;
    return tokenPattern.exec(text) ?? fail('a Python literal');
  };
  const take = () => {
    const [whole, token] = match();
    at += whole.length;
    return token!;
  };
  const peek = () => match()[1]!;
  const expect = (token: string) => {
    if (peek() !== token) fail(token === '' ? 'its end' : `"${token}"`);
    take();
  };
  return { peek, take, expect, fail };
}

function parseValue(tokens: Tokens, depth: number): PythonLiteral {
  if (depth > maxDepth) tokens.fail('less nesting');
  const token = tokens.peek();
  if (token === '{') return parseDict(tokens, depth);
  if (token === '(' || token === '[') return parseSequence(tokens, depth);
  if (/^['"]/.test(token)) return tokens.take().slice(1, -1);
  if (/^\d/.test(token)) return Number(tokens.take());
  if (token === 'True' || token === 'False') return tokens.take() === 'True';
  if (token === 'None') {
    tokens.take();
    return null;
  }
  return tokens.fail('a value');
}

function parseDict(tokens: Tokens, depth: number): PythonDict {
  const dict = new Map<string, PythonLiteral>();
  tokens.expect('{');
  while (tokens.peek() !== '}') {
    const key = parseValue(tokens, depth + 1);
    if (typeof key !== 'string' || dict.has(key)) return tokens.fail('a new string before this as key');
    tokens.expect(':');
    dict.set(key, parseValue(tokens, depth + 1));
    if (tokens.peek() !== '}') tokens.expect(',');
  }
  tokens.expect('}');
  return dict;
}

function parseSequence(tokens: Tokens, depth: number): PythonLiteral {
  const isTuple = tokens.take() === '(';
  const close = isTuple ? ')' : ']';
  const items: PythonLiteral[] = [];
  let hasComma = false;
  while (tokens.peek() !== close) {
    items.push(parseValue(tokens, depth + 1));
    if (tokens.peek() === close) break;
    tokens.expect(',');
    hasComma = true;
  }
  tokens.expect(close);
  // In Python "(5)" is the number 5 in brackets; only "(5,)" is a tuple.
  return isTuple && items.length === 1 && !hasComma ? items[0]! : items;
}
