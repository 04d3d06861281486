/** The shown name of an image (spec §D.3): the stem of its file, and the dataset's path for containers. @param fileName without folders */
export function nicknameFor(fileName: string, innerPath?: string): string {
  const stem = fileName.replace(/\.(ome\.)?[^.]+$/i, '') || withoutExtension(fileName);
  return innerPath ? `${stem}-${innerPath.replaceAll('/', '-')}` : stem;
}

/**
 * The name of a stack of files, as ilastik's: what their names begin with in common, else `stack_at-` the first (spec §D.3).
 * @param fileNames without folders, at least one
 */
export function stackName(fileNames: readonly string[]): string {
  const names = fileNames.map(withoutExtension);
  const [first = ''] = names;
  let length = first.length;
  for (const name of names) while (!name.startsWith(first.slice(0, length))) length--;
  const common = first.slice(0, length).replace(/[\s_.-]+$/, '');
  return common === '' ? `stack_at-${first}` : common;
}

function withoutExtension(fileName: string): string {
  return fileName.replace(/(.)\.[^.]*$/, '$1');
}
