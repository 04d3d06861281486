import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Labeling } from '../state/labeling.ts';

interface Host extends ReactiveControllerHost {
  readonly labeling: Labeling | undefined;
}

/** How long figures that change with every stroke and tile may be behind, milliseconds. */
const patience = 200;

/** Lets an element be drawn again whenever the labeling it shows changes, while it is on the page. */
export class LabelingFollower implements ReactiveController {
  private readonly host: Host;
  private readonly onEvent: ((detail: string) => void) | undefined;
  private followed: Labeling | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param onEvent told of every change besides, with what it is of */
  constructor(host: Host, onEvent?: (detail: string) => void) {
    this.host = host;
    this.onEvent = onEvent;
    host.addController(this);
  }

  hostConnected(): void {
    this.follow(this.host.labeling);
  }

  hostUpdate(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.follow(this.host.labeling);
  }

  hostDisconnected(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.follow(undefined);
  }

  private follow(labeling: Labeling | undefined): void {
    if (this.followed === labeling) return;
    this.followed?.removeEventListener('change', this.onChange);
    labeling?.addEventListener('change', this.onChange);
    this.followed = labeling;
  }

  private readonly onChange = (event: Event): void => {
    const { detail } = event as CustomEvent<string>;
    this.onEvent?.(detail);
    if (detail === 'state' || detail === 'project' || detail === 'lane') this.host.requestUpdate();
    else this.timer ??= setTimeout(() => this.host.requestUpdate(), patience);
  };
}
