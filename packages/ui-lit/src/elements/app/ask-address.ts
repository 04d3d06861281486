import type { NewImage } from '../../state/add-images.ts';
import { textDialog } from '../dialog/text-dialog.ts';

/** Asks for the address of an image; none if the user gave none. */
export async function askAddress(parent: HTMLElement): Promise<NewImage[]> {
  const question = 'Address (URL) of an image: OME-Zarr, TIFF, PNG, JPEG';
  const path = await textDialog(question, { yes: 'Add', placeholder: 'https://…', parent });
  return path ? [{ name: path, path: new URL(path, document.baseURI).href }] : [];
}
