import { findById, isAbortError } from '@brushwood/core';
import { html, LitElement, nothing } from 'lit';
import { exportResults, type ExportRequest } from '../../state/export-results.ts';
import type { Labeling } from '../../state/labeling.ts';
import { downloadFile } from '../../storage/download-file.ts';
import { sections, stepPanel } from '../../styles/sections.ts';
import { controls, theme } from '../../styles/theme.ts';
import type { ExportProgress } from '../export-panel/export-panel.ts';
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
    progress: { state: true },
    message: { state: true },
  };

  declare labeling: Labeling | undefined;
  declare progress: ExportProgress | undefined;
  declare message: string;
  private stop: AbortController | undefined;

  constructor() {
    super();
    this.message = '';
    new LabelingFollower(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.abort();
  }

  override render() {
    const { labeling } = this;
    if (!labeling) return nothing;
    const { project, services, laneIndex } = labeling;
    return html`<h2>Export</h2>
    <brushwood-postprocessing-panel .labeling=${labeling}></brushwood-postprocessing-panel>
    <brushwood-export-panel
      .sources=${findById(services.catalog.workflows, project.workflowId, 'workflow').exportSources}
      .imageNames=${project.lanes.map(({ rawData }) => rawData.nickname)}
      .shown=${laneIndex}
      .progress=${this.progress}
      .message=${this.message}
      @export-start=${({ detail }: CustomEvent<ExportRequest>) => void this.run(labeling, detail)}
      @export-cancel=${() => this.stop?.abort()}
    ></brushwood-export-panel>`;
  }

  private async run(labeling: Labeling, request: ExportRequest): Promise<void> {
    const stop = new AbortController();
    this.stop = stop;
    this.progress = { text: 'Starting', done: 0, total: 0 };
    let count = 0;
    try {
      await exportResults(labeling, request, {
        signal: stop.signal,
        onProgress: ({ nickname, done, total }) => (this.progress = { text: nickname, done, total }),
        onFile: (file) => {
          count++;
          downloadFile(file, file.name);
        },
      });
    } catch (error) {
      if (!isAbortError(error)) labeling.report(error);
    } finally {
      this.progress = undefined;
      this.message = `${count} file${count === 1 ? '' : 's'} exported${stop.signal.aborted ? ', then cancelled' : ''}.`;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'brushwood-export-step': ExportStepElement;
  }
}
