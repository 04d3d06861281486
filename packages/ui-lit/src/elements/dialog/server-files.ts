import { css, html, LitElement, nothing } from 'lit';
import { appMessage } from '../../state/advice.ts';
import { fitsFilter } from '../../state/batch/name-filter.ts';
import type { ServerFile, ServerHome } from '../../storage/server-home.ts';
import { icon } from '../../styles/icons.ts';
import { controls, theme } from '../../styles/theme.ts';
import { showModal } from './modal-dialog.ts';

/**
 * The folders of the server, to choose images in.
 *
 * @element brushwood-server-files
 */
export class ServerFilesElement extends LitElement {
  static override styles = [
    theme,
    controls,
    css`
      :host {
        display: grid;
        gap: 8px;
        margin-bottom: 14px;
      }
      nav {
        display: flex;
        flex-wrap: wrap;
        gap: 2px;
        align-items: center;
      }
      nav button {
        border-color: transparent;
        background: none;
        padding: 2px 4px;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
        height: min(46vh, 340px);
        overflow: auto;
        border: 1px solid var(--_bw-border);
        border-radius: var(--_bw-radius);
      }
      li {
        display: flex;
        align-items: center;
        min-height: 28px;
        padding: 0 8px;
        gap: 6px;
      }
      li label,
      li button.folder {
        flex: 1;
        display: flex;
        gap: 6px;
        align-items: center;
        min-height: 28px;
        overflow: hidden;
      }
      li button.folder {
        border: 0;
        background: none;
        justify-content: flex-start;
        padding: 0;
      }
      li span {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
    `,
  ];
  static override properties = {
    home: { attribute: false },
    place: { state: true },
    entries: { state: true },
    chosen: { state: true },
    filter: { state: true },
    problem: { state: true },
  };

  declare home: ServerHome | undefined;
  /** Paths of the images that are ticked. */
  declare chosen: ReadonlySet<string>;
  /** Folders from the top, as the server names them. */
  declare place: readonly ServerFile[];
  declare entries: readonly ServerFile[] | undefined;
  declare filter: string;
  declare problem: string;

  constructor() {
    super();
    this.chosen = new Set();
    this.place = [];
    this.filter = '';
    this.problem = '';
  }

  protected override firstUpdated(): void {
    void this.enter([]);
  }

  override render() {
    const shown = this.shown();
    const images = shown.filter(({ kind }) => kind !== 'folder');
    const isAll = images.length > 0 && images.every(({ path }) => this.chosen.has(path));
    return html`
      <nav aria-label="Folder">
        <button type="button" @click=${() => void this.enter([])}>${icon('folder', 14)} Folders</button>
        ${this.place.map(
          ({ name }, i) =>
            html`<span aria-hidden="true">›</span
              ><button type="button" @click=${() => void this.enter(this.place.slice(0, i + 1))}>${name}</button>`,
        )}
      </nav>
      <input
        type="search"
        placeholder="Only files like *.tif"
        aria-label="Only files like, for example *.tif"
        .value=${this.filter}
        @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        @keydown=${(event: KeyboardEvent) => event.key === 'Enter' && event.preventDefault()}
      />
      <ul aria-label="Files" aria-busy=${this.entries === undefined}>
        ${
          images.length > 1
            ? html`<li>
                <label>
                  <input type="checkbox" .checked=${isAll} @change=${() => this.choose(images, !isAll)} />
                  <b>All ${images.length} images here</b>
                </label>
              </li>`
            : nothing
        }
        ${shown.map((entry) => this.renderEntry(entry))}
        ${shown.length === 0 && this.entries ? html`<li class="muted">There is no image here.</li>` : nothing}
      </ul>
      <div role="status">
        ${this.problem ? html`<span class="error">${this.problem}</span>` : `${this.chosen.size} chosen`}
      </div>
    `;
  }

  private renderEntry(entry: ServerFile) {
    const { name, path, kind, shape, dtype } = entry;
    if (kind === 'folder') {
      return html`<li>
        <button type="button" class="folder" @click=${() => void this.enter([...this.place, entry])}>
          ${icon('folder')}<span>${name}</span>
        </button>
      </li>`;
    }
    const facts = shape ? `${shape.join(' × ')} ${dtype ?? ''}` : '';
    return html`<li>
      <label>
        <input type="checkbox" .checked=${this.chosen.has(path)} @change=${() => this.choose([entry], !this.chosen.has(path))} />
        <span>${name}</span> <small class="muted">${facts}</small>
      </label>
      ${
        /\.(h5|hdf5|hdf|zarr)$/i.test(name)
          ? html`<button type="button" title="Images in it" @click=${() => void this.enter([...this.place, entry])}>Open</button>`
          : nothing
      }
    </li>`;
  }

  private shown(): readonly ServerFile[] {
    return (this.entries ?? []).filter(({ name, kind }) => kind === 'folder' || fitsFilter(name, this.filter));
  }

  private choose(files: readonly ServerFile[], isChosen: boolean): void {
    const chosen = new Set(this.chosen);
    for (const { path } of files) {
      if (isChosen) chosen.add(path);
      else chosen.delete(path);
    }
    this.chosen = chosen;
  }

  private async enter(place: readonly ServerFile[]): Promise<void> {
    if (!this.home) return;
    this.place = place;
    this.entries = undefined;
    this.problem = '';
    try {
      const entries = await this.home.listFiles(place.at(-1)?.path ?? '');
      const [only] = entries;
      // One folder at the top is no choice.
      if (place.length === 0 && entries.length === 1 && only) await this.enter([only]);
      else if (this.place === place) this.entries = entries;
    } catch (error) {
      this.entries = [];
      this.problem = appMessage(error);
    }
  }
}

/** Lets the user choose images in the folders of the server. @returns their paths, none if the user thought better of it */
export async function chooseServerFiles(
  home: ServerHome,
  { question, yes, parent }: { question: string; yes: string; parent?: HTMLElement },
): Promise<readonly string[]> {
  const element = document.createElement('brushwood-server-files');
  element.home = home;
  const agreed = await showModal({ question, yes, parent, body: html`${element}` });
  return agreed ? [...element.chosen] : [];
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-server-files': ServerFilesElement;
  }
}
