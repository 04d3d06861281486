import { html } from 'lit';
import { showModal } from './modal-dialog.ts';

/** Lets the user choose one of several. Undefined if none was chosen. */
export async function choiceDialog(
  question: string,
  choices: readonly { readonly value: string; readonly text: string }[],
  { yes, parent }: { yes: string; parent?: HTMLElement },
): Promise<string | undefined> {
  const body = html`<p>
    <select name="choice" aria-label=${question} autofocus>
      ${choices.map(({ value, text }) => html`<option value=${value}>${text}</option>`)}
    </select>
  </p>`;
  const chosen = (await showModal({ question, yes, body, parent }))?.get('choice');
  return typeof chosen === 'string' ? chosen : undefined;
}
