import { embedLane, hasLabels, removeLane, setPredictionMask, withLane, type Project } from '@brushwood/core';
import { describe, type NewImage } from '../../state/add-images.ts';
import type { Labeling } from '../../state/labeling.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { confirmDialog } from '../dialog/confirm-dialog.ts';
import { pickFiles } from '../dialog/pick-files.ts';
import type { LaneAction } from '../lane-table/lane-table.ts';

/** The project after what a user wants of one of its images; undefined if the user thought better of it. */
export async function editLane(
  project: Project,
  action: LaneAction,
  { desk, labeling, parent }: { desk: ProjectDesk; labeling: Labeling; parent: HTMLElement },
): Promise<Project | undefined> {
  const { index } = action;
  const lane = project.lanes[index]!;
  const { rawData } = lane;
  switch (action.kind) {
    case 'remove': {
      const question = `Remove "${rawData.nickname}"${hasLabels(lane.labels) ? ' and its strokes' : ''} from the project?`;
      return (await confirmDialog(question, 'Remove', parent)) ? removeLane(project, index) : undefined;
    }
    case 'rename':
      return action.nickname
        ? withLane(project, index, { ...lane, rawData: { ...rawData, nickname: action.nickname } })
        : undefined;
    case 'embed':
      return embedLane(project, index);
    case 'remove-mask':
      return setPredictionMask(project, index, undefined);
    case 'axes':
    case 'channels':
      return desk.describeAnew(project, action);
    case 'replace':
    case 'relink':
    case 'mask': {
      const [image] = fileImages(await pickFiles({}));
      if (!image) return undefined;
      return desk.exchange(project, action, await describe(labeling, image));
    }
    default:
      return undefined;
  }
}

/** Files that the user chose, as images. */
export function fileImages(files: readonly File[]): NewImage[] {
  return files.map((file) => ({ name: file.name, path: file.name, blob: file }));
}
