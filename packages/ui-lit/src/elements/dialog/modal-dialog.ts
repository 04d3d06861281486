import { html, render, type TemplateResult } from 'lit';
import { controls, theme } from '../../styles/theme.ts';

const look = `
  dialog { font: var(--_bw-font); color: var(--_bw-text); background: var(--_bw-surface); border: 1px solid var(--_bw-border);
    border-radius: 6px; padding: 16px; width: min(420px, 92vw); box-shadow: 0 8px 40px rgb(0 0 0 / 45%); }
  dialog::backdrop { background: rgb(0 0 0 / 35%); }
  p { margin: 0 0 14px; }
  input { width: 100%; margin-bottom: 14px; }
  .row { justify-content: flex-end; }`;

export interface ModalOptions {
  /** Read out, and shown above the rest. */
  readonly question: string;
  /** On the button that agrees. */
  readonly yes: string;
  readonly body?: TemplateResult;
  /** Element in whose shadow root it is shown, so that it looks like it. */
  readonly parent?: HTMLElement;
}

/** Shows a dialog until it is answered. Escape means no. @returns the fields if the user agreed */
export function showModal({
  question,
  yes,
  body,
  parent = document.body,
}: ModalOptions): Promise<FormData | undefined> {
  return new Promise((resolve) => {
    const host = document.createElement('div');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(theme.cssText + controls.cssText + look);
    root.adoptedStyleSheets = [sheet];
    (parent.shadowRoot ?? parent).append(host);
    const done = ({ target }: Event) => {
      const dialog = target as HTMLDialogElement;
      const fields = new FormData(dialog.querySelector('form')!);
      host.remove();
      resolve(dialog.returnValue === 'yes' ? fields : undefined);
    };
    render(
      html`<dialog aria-label=${question} @close=${done} @keydown=${(event: Event) => event.stopPropagation()}>
        <form method="dialog">
          <p>${question}</p>
          ${body}
          <div class="row">
            <button value="no" formnovalidate type="button" @click=${() => root.querySelector('dialog')!.close('no')}>
              Cancel
            </button>
            <button class="primary" value="yes" ?autofocus=${!body}>${yes}</button>
          </div>
        </form>
      </dialog>`,
      root,
    );
    root.querySelector('dialog')!.showModal();
  });
}
