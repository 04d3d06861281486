import { describe, expect, it } from 'vitest';
import { labelerKeys } from '../labeler/labeler-keys.ts';
import type { KeyTarget } from '../labeler/labeler-keys.ts';
import { isTyping } from './key-target.ts';

const press = (key: string, on: { localName?: string; type?: string; isContentEditable?: boolean } = {}) =>
  ({ key, composedPath: () => [on as EventTarget] }) as unknown as KeyboardEvent;
const input = (type: string) => ({ localName: 'input', type });

describe('isTyping', () => {
  it('leaves every key to texts, numbers and lists', () => {
    const fields = [input('text'), input('number'), { localName: 'textarea' }, { localName: 'select' }];
    for (const field of [...fields, { localName: 'div', isContentEditable: true }]) {
      expect(['a', '1', 'ArrowDown', 'Enter'].map((key) => isTyping(press(key, field)))).not.toContain(false);
    }
  });

  it.each(['radio', 'range'])('leaves the arrows to a %s, and no letter', (type) => {
    expect(['ArrowLeft', 'ArrowDown', 'Home'].map((key) => isTyping(press(key, input(type))))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['a', 'l', '1'].map((key) => isTyping(press(key, input(type))))).toEqual([false, false, false]);
  });

  it('leaves nothing to a checkbox, a button, or the page', () => {
    for (const target of [input('checkbox'), { localName: 'button', type: 'submit' }, {}]) {
      expect(isTyping(press('a', target))).toBe(false);
    }
  });

  it('is what the keys of the labeler go by', () => {
    const target = {} as KeyTarget; // whatever is done would fail
    for (const field of [input('radio'), { localName: 'select' }]) {
      expect(labelerKeys(press('ArrowUp', field), target)).toBe(false);
    }
    expect(labelerKeys(press('a', { localName: 'select' }), target)).toBe(false);
  });
});
