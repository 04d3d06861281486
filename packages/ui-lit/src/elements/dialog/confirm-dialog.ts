import { showModal } from './modal-dialog.ts';

/** Asks a question. Resolves when it was answered; Escape means no. */
export async function confirmDialog(question: string, yes: string, parent?: HTMLElement): Promise<boolean> {
  return (await showModal({ question, yes, parent })) !== undefined;
}
