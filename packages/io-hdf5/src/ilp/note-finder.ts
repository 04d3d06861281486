import { folderOf, isUrl, joinPath, withForwardSlashes } from './image-paths.ts';
import type { StoredImage } from './stored-notes.ts';

/**
 * Finds what Brushwood noted of an image: by its file and nickname, as ilastik may have removed or reordered lanes since.
 * Each note is given away once.
 */
export class NoteFinder {
  private readonly folder: string;
  private readonly left: (StoredImage | undefined)[];

  /** @param projectPath absolute, `/` between its parts */
  constructor(notes: readonly (StoredImage | undefined)[], projectPath: string) {
    this.folder = folderOf(projectPath);
    this.left = [...notes];
  }

  /**
   * @param filePath as the project file says it; absolute or relative doesn't matter
   * @param position of the lane: of two notes alike, the one that was there is taken
   */
  take(filePath: string | undefined, nickname: string, position: number): StoredImage | undefined {
    if (filePath === undefined) return undefined;
    const wanted = this.absolute(filePath);
    const fits = (note?: StoredImage) => note?.nickname === nickname && this.absolute(note.filePath) === wanted;
    const at = fits(this.left[position]) ? position : this.left.findIndex(fits);
    const [found] = at < 0 ? [] : this.left.splice(at, 1, undefined);
    return found;
  }

  private absolute(path: string): string {
    return isUrl(path) ? path : joinPath(this.folder, withForwardSlashes(path));
  }
}
