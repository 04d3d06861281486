import { isAbortError, writableFormats } from '@brushwood/core';
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { CutDrawing, cutOfView } from '../../state/exports/cut-drawing.ts';
import { exportSourcesOf, type ExportDesk } from '../../state/exports/export-desk.ts';
import type { ExportForm } from '../../state/exports/export-form.ts';
import type { PreviewRow } from '../../state/exports/preview-exports.ts';
import type { Labeling } from '../../state/labeling.ts';
import { sections, stepPanel } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import type { ImageChoice } from '../export-panel/export-panel.ts';
import { askTakenNear } from '../dialog/ask-taken.ts';
import { folderPicker } from '../dialog/folder-picker.ts';
import { LabelingFollower } from '../labeling-follower.ts';

/**
 * The step that exports predictions: the panel, and the work it asks for.
 *
 * @element brushwood-export-step
 */
export class ExportStepElement extends LitElement {
  static override styles = [theme, controls, sections, stepPanel];
  static override properties = {
    labeling: { attribute: false },
    which: { state: true },
    picked: { state: true },
  };

  declare labeling: Labeling | undefined;
  declare which: ImageChoice;
  declare picked: ReadonlySet<number>;
  private drawing: CutDrawing | undefined;
  private followed: ExportDesk | undefined;

  constructor() {
    super();
    this.which = 'shown';
    this.picked = new Set();
    new LabelingFollower(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.follow(this.labeling?.exportDesk);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.follow(undefined);
    this.drawing?.close();
    this.drawing = undefined;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { labeling } = this;
    if (changed.has('labeling')) {
      this.drawing?.close();
      this.drawing = labeling && new CutDrawing(labeling, (cut) => labeling.exportDesk.choose({ cut }));
    }
    this.follow(labeling?.exportDesk);
  }

  protected override updated(): void {
    if (this.labeling && !this.drawing?.isDrawing) this.drawing?.show(this.labeling.exportDesk.chosen.cut);
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { project, services, laneIndex, exportDesk: desk } = labeling;
    const form = desk.chosen;
    const rows = form.sourceIds.length > 0 ? desk.preview(this.lanes()) : [];
    return html`<h2>Export</h2>
      <brushwood-postprocessing-panel .labeling=${labeling}></brushwood-postprocessing-panel>
      <brushwood-export-panel
        .form=${form}
        .sources=${exportSourcesOf(labeling)}
        .formats=${writableFormats(services.catalog.formats)}
        .classes=${desk.classes}
        .imageNames=${project.lanes.map(({ rawData }) => rawData.nickname)}
        .shown=${laneIndex}
        .which=${this.which}
        .picked=${this.picked}
        .shape=${labeling.info?.shape}
        .isDrawing=${this.drawing?.isDrawing ?? false}
        .rows=${rows}
        .target=${{
          kind: desk.serverRunner ? 'server' : desk.folder ? 'folder' : 'download',
          name: desk.folder?.name,
          hasFolders: folderPicker() !== undefined,
          overwrite: desk.overwrite,
        }}
        .run=${desk.run}
        .isRunning=${desk.isRunning}
        .obstacle=${obstacleOf(form, rows)}
        @form-change=${({ detail }: CustomEvent<Partial<ExportForm>>) => desk.choose(detail)}
        @images-change=${this.onImages}
        @target-change=${({ detail }: CustomEvent<'download' | 'folder' | boolean>) => void this.setTarget(desk, detail)}
        @cut-draw=${() => this.drawing?.toggle()}
        @cut-view=${() => labeling.info && desk.choose({ cut: cutOfView(labeling.slices, labeling.info.shape) })}
        @export-start=${() => void desk.start({ lanes: this.lanes(), askTaken: askTakenNear(this) })}
        @export-cancel=${() => desk.cancel()}
      ></brushwood-export-panel>`;
  }

  /** Numbers of the images to export. */
  private lanes(): readonly number[] {
    const { labeling, which, picked } = this;
    const all = (labeling?.project.lanes ?? []).map((_, i) => i);
    if (which === 'all') return all;
    return all.filter((i) => (which === 'shown' ? i === labeling?.laneIndex : picked.has(i)));
  }

  private async setTarget(desk: ExportDesk, target: 'download' | 'folder' | boolean): Promise<void> {
    if (typeof target === 'boolean') desk.setOverwrite(target);
    else if (target === 'download') desk.setFolder(undefined);
    else {
      try {
        desk.setFolder(await folderPicker()?.({ mode: 'readwrite', id: 'brushwood-results' }));
      } catch (error) {
        if (!isAbortError(error)) this.labeling?.report(error);
        this.requestUpdate();
      }
    }
  }

  private follow(desk: ExportDesk | undefined): void {
    if (this.followed === desk) return;
    this.followed?.removeEventListener('change', this.onDesk);
    desk?.addEventListener('change', this.onDesk);
    this.followed = desk;
  }

  private readonly onDesk = (): void => this.requestUpdate();

  private readonly onImages = ({ detail }: CustomEvent<{ which: ImageChoice; picked: ReadonlySet<number> }>): void => {
    this.which = detail.which;
    this.picked = detail.picked;
  };
}

/** Why an export cannot begin; undefined if it can. */
function obstacleOf({ sourceIds }: ExportForm, rows: readonly PreviewRow[]): string | undefined {
  if (sourceIds.length === 0) return 'Tick a result above to export it.';
  if (rows.length === 0) return 'Pick an image.';
  const wrong = rows.filter(({ problem }) => problem !== undefined);
  if (wrong.length === 0) return undefined;
  return wrong.length === 1
    ? 'A file cannot be written so: see above.'
    : `${wrong.length} files cannot be written so: see above.`;
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-export-step': ExportStepElement;
  }
}
