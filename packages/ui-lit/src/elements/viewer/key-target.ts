type Pressed = Pick<KeyboardEvent, 'key' | 'composedPath'>;

/** Kinds of `input` that a key does nothing in, or only the keys that press a button. */
const pressed = ['checkbox', 'button', 'color', 'file', 'submit', 'reset'];
/** What moves a slider, or goes from one radio button to the next. */
const moves = /^(Arrow(Left|Right|Up|Down)|Home|End|PageUp|PageDown)$/;

/** Does a key belong to the field it is pressed in? Every key to a text, a number or a list; those that move it to a slider or radio buttons. */
export function isTyping(event: Pressed): boolean {
  const { localName, type, isContentEditable } = (event.composedPath()[0] ?? {}) as Partial<HTMLInputElement>;
  if (localName === 'textarea' || localName === 'select' || isContentEditable) return true;
  if (localName !== 'input' || type === undefined) return false;
  return type === 'range' || type === 'radio' ? moves.test(event.key) : !pressed.includes(type);
}

/** Is the key pressed on something that it works, such as a button? */
export function isOnControl(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return target instanceof Element && target.closest('button, a, summary, input, [role=menuitem]') !== null;
}
