import type { DatasetEntry } from '@brushwood/core';
import { choiceDialog } from '../dialog/choice-dialog.ts';

/** Asks which dataset of a file is the image. */
export function chooseDataset(
  name: string,
  datasets: readonly DatasetEntry[],
  parent: HTMLElement,
): Promise<string | undefined> {
  const choices = datasets.map(({ innerPath, shape, dtype }) => ({
    value: innerPath,
    text: `${innerPath}: ${shape.join(' × ')} ${dtype}`,
  }));
  return choiceDialog(`"${name}" holds several datasets. Which one is the image?`, choices, { yes: 'Open', parent });
}
