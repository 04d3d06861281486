import { html, render } from 'lit';
import { controls, theme } from '../../styles/theme.ts';

/** Asks a question. Resolves when it was answered; Escape means no. */
export function confirmDialog(question: string, yes: string, parent: HTMLElement = document.body): Promise<boolean> {
  return new Promise((resolve) => {
    const host = document.createElement('div');
    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`${theme.cssText}${controls.cssText}
      dialog { font: var(--_bw-font); color: var(--_bw-text); background: var(--_bw-surface); border: 1px solid var(--_bw-border);
        border-radius: 6px; padding: 16px; max-width: 420px; box-shadow: 0 8px 40px rgb(0 0 0 / 45%); }
      dialog::backdrop { background: rgb(0 0 0 / 35%); }
      p { margin: 0 0 14px; }
      .row { justify-content: flex-end; }`);
    root.adoptedStyleSheets = [sheet];
    const place = parent.shadowRoot ?? parent;
    place.append(host);
    const done = (answer: boolean) => {
      host.remove();
      resolve(answer);
    };
    render(
      html`<dialog
        aria-label=${question}
        @close=${(event: Event) => done((event.target as HTMLDialogElement).returnValue === 'yes')}
        @keydown=${(event: Event) => event.stopPropagation()}
      >
        <form method="dialog">
          <p>${question}</p>
          <div class="row">
            <button value="no">Cancel</button>
            <button class="primary" value="yes" autofocus>${yes}</button>
          </div>
        </form>
      </dialog>`,
      root,
    );
    root.querySelector('dialog')!.showModal();
  });
}
