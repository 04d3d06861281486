import { describe, expect, it } from 'vitest';
import { parsePythonLiteral } from './python-literal.ts';

describe('parsePythonLiteral', () => {
  it('reads every kind of literal a header can hold', () => {
    const text = `{'descr': "<f4", 'fortran_order': False , 'shape': (3, 40,), 'more': [None, True, []], } \n`;
    expect(parsePythonLiteral(text, 'a.npy')).toEqual(
      new Map<string, unknown>([
        ['descr', '<f4'],
        ['fortran_order', false],
        ['shape', [3, 40]],
        ['more', [null, true, []]],
      ]),
    );
  });

  it.each([
    ['()', []],
    ['(5,)', [5]],
    ['(5)', 5],
    ['((1, 2), 3)', [[1, 2], 3]],
  ])('reads the brackets of %s as Python does', (text, expected) => {
    expect(parsePythonLiteral(text, 'a.npy')).toEqual(expected);
  });

  it.each([
    ['an expression', '(2 + 3, 4)'],
    ['a call', "__import__('os')"],
    ['a negative number', '(-1, 4)'],
    ['a fraction', '(1.5, 4)'],
    ['an escape', String.raw`'a\'b'`],
    ['an open string', "{'descr"],
    ['an open tuple', '(1, 2'],
    ['a missing comma', '(1 2)'],
    ['a lone comma', '(,)'],
    ['a missing colon', "{'a' 1}"],
    ['a number as key', '{1: 2}'],
    ['a key twice', "{'a': 1, 'a': 2}"],
    ['the wrong bracket', '(1, 2]'],
    ['more after the end', '{} {}'],
    ['nothing', '  '],
    ['deep nesting', `${'('.repeat(60000)}`],
  ])('refuses %s', (_, text) => {
    expect(() => parsePythonLiteral(text, 'a.npy')).toThrowError(
      expect.objectContaining({ code: 'broken-file', message: expect.stringMatching(/^a\.npy: .*at character \d+/) }),
    );
  });
});
