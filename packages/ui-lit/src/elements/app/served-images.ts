import type { NewImage } from '../../state/add-images.ts';
import type { ProjectDesk } from '../../state/project-desk.ts';
import { chooseServerFiles } from '../dialog/server-files.ts';

/** Images of the server's folders that the user chooses. */
export async function servedImages({ server }: ProjectDesk, parent: HTMLElement): Promise<readonly NewImage[]> {
  if (!server) return [];
  const question = 'Which images are to be added to the project?';
  const paths = await chooseServerFiles(server, { question, yes: 'Add', parent });
  const references = paths.length > 0 ? await server.openFiles(paths) : [];
  return references.map(({ nickname, location, axes }) => ({ name: nickname, path: location.path, axes }));
}
