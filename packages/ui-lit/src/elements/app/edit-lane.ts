import {
  describeImage,
  embedLane,
  hasLabels,
  relinkLane,
  removeLane,
  replaceLane,
  setPredictionMask,
  withLane,
  type ImageReference,
  type Lane,
  type Project,
} from '@brushwood/core';
import { describe } from '../../state/add-images.ts';
import { fileImage } from '../../state/given-images.ts';
import type { Labeling } from '../../state/labeling.ts';
import { confirmDialog } from '../dialog/confirm-dialog.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import type { LaneAction } from '../lane-table/lane-table.ts';

/**
 * What a user wants of one image of a project; undefined if the user thought better of it. To be applied to the project as it is then.
 */
export async function editLane(
  lane: Lane,
  action: LaneAction,
  { labeling, parent }: { labeling: Labeling; parent: HTMLElement },
): Promise<((project: Project) => Project) | undefined> {
  const { index } = action;
  const { rawData } = lane;
  switch (action.kind) {
    case 'remove': {
      const question = `Remove "${rawData.nickname}"${hasLabels(lane.labels) ? ' and its strokes' : ''} from the project?`;
      return (await confirmDialog(question, 'Remove', parent)) ? (project) => removeLane(project, index) : undefined;
    }
    case 'rename':
      return action.nickname ? (project) => renameLane(project, index, action.nickname) : undefined;
    case 'embed':
      return (project) => embedLane(project, index);
    case 'remove-mask':
      return (project) => setPredictionMask(project, index, undefined);
    case 'axes':
    case 'channels': {
      const image = await describeAnew(rawData, action, labeling);
      return (project) => {
        const mask = project.lanes[index]?.predictionMask;
        const next = replaceLane(project, index, image);
        return mask ? setPredictionMask(next, index, mask) : next;
      };
    }
    case 'replace':
    case 'relink':
    case 'mask': {
      const [chosen] = await pickFiles();
      if (!chosen) return undefined;
      const image = await describe(labeling, fileImage(chosen));
      const exchange = { replace: replaceLane, relink: relinkLane, mask: setPredictionMask }[action.kind];
      return (project) => exchange(project, index, image);
    }
    default:
      return undefined;
  }
}

function renameLane(project: Project, index: number, nickname: string): Project {
  const lane = project.lanes[index]!;
  return withLane(project, index, { ...lane, rawData: { ...lane.rawData, nickname } });
}

/** The same image, read with other axes or channels. */
async function describeAnew(
  { location, nickname, storage, ...known }: ImageReference,
  action: Extract<LaneAction, { kind: 'axes' | 'channels' }>,
  { services }: Labeling,
): Promise<ImageReference> {
  const axes = action.kind === 'axes' ? action.axes : known.axes;
  const channels = action.kind === 'channels' ? action.channels : known.channels;
  const { formats } = services.catalog;
  return (await describeImage(formats, location, { nickname, storage, axes, channels })).reference;
}
