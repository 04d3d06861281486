/** Keys that belong to a field: all of a text or number field, the arrows of a slider. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (target instanceof HTMLInputElement && target.type === 'range') return event.key.startsWith('Arrow');
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'color'].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** Is the key pressed on something that it works, such as a button? */
export function isOnControl(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest('button, a, summary, input, [role=menuitem]') !== null;
}
