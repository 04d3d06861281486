import { waitingFor } from './advice.ts';
import type { Labeling } from './labeling.ts';

/** Says what a user who does not see the page has to know, and no more: an image was opened, a model learnt, what is missing. */
export class Announcer {
  private image: Labeling['image'];
  private isLive = false;
  /** Live update was started, and has not come to a result yet. */
  private isAwaited = false;
  private reason: string | undefined;

  /** After a change: the news since the last call, if there are any. Strokes and their predictions are none. */
  news(labeling: Labeling): string | undefined {
    const { image, isLive, liveState } = labeling;
    if (isLive !== this.isLive) {
      this.isLive = isLive;
      this.isAwaited = isLive;
    }
    if (image !== this.image) {
      this.image = image;
      return image && openedText(labeling);
    }
    const { phase, reason } = liveState;
    if (phase === 'settled' && this.isAwaited) {
      this.isAwaited = false;
      return trainedText(labeling);
    }
    if (reason === this.reason) return undefined;
    this.reason = reason;
    return phase === 'waiting' ? waitingFor(liveState) : undefined;
  }
}

function openedText({ project, laneIndex, info }: Labeling): string {
  const name = project.lanes[laneIndex]?.rawData.nickname ?? 'Image';
  if (!info) return `${name} is open.`;
  const [t, , z, y, x] = info.shape;
  const sizes = [x, y, ...(z > 1 ? [z] : [])].join(' by ');
  return `${name} is open: ${sizes} voxels${t > 1 ? `, ${t} frames` : ''}.`;
}

function trainedText({ project }: Labeling): string {
  const error = project.classifier.report?.outOfBagError;
  const quality = error === undefined ? '' : `, out-of-bag error ${(100 * error).toFixed(1)} %`;
  return `Trained, and what is in view is predicted${quality}.`;
}
