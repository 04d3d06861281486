/** What the batch step is set to, besides the plan of the export step. Plain data. */
export interface BatchSettings {
  /** Of file names, for what is added. */
  readonly filter: string;
  /** In the page: one download of all, or a folder the user chooses. */
  readonly target: 'download' | 'folder';
  /** Behind a server: beside each image, or in a folder beside the project. */
  readonly place: 'beside' | 'folder';
  /** The name of that folder. */
  readonly folderName: string;
  readonly overwrite: boolean;
}

export const defaultBatchSettings: BatchSettings = {
  filter: '',
  target: 'download',
  place: 'beside',
  folderName: 'results',
  overwrite: false,
};

/** Where the server puts a file of a pattern that names no folder itself. */
export function serverPattern(pattern: string, { place, folderName }: BatchSettings): string {
  const name = pattern.replace(/^\{(dataset|project)_dir\}\//, '');
  if (name.startsWith('/')) return name;
  return place === 'beside'
    ? `{dataset_dir}/${name}`
    : `{project_dir}/${folderName.replaceAll(/[{}]/g, '') || '.'}/${name}`;
}
