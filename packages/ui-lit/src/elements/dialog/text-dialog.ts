import { html } from 'lit';
import { showModal } from './modal-dialog.ts';

/** Asks for a text. Undefined if the user gave none. */
export async function textDialog(
  question: string,
  { yes, placeholder = '', parent }: { yes: string; placeholder?: string; parent?: HTMLElement },
): Promise<string | undefined> {
  const body = html`<input name="text" aria-label=${question} placeholder=${placeholder} required autofocus />`;
  const fields = await showModal({ question, yes, body, parent });
  const text = fields?.get('text');
  return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}
