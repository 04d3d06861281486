import type { ImageLocation } from '../contracts/image-location.ts';
import type { ImageSource } from '../contracts/image-source.ts';
import type { OpenImageOptions, StorageFormat } from '../contracts/storage-format.ts';

/** Opens an image, and closes it whatever `body` does. */
export async function withImage(
  format: StorageFormat,
  location: ImageLocation,
  options: OpenImageOptions,
  body: (source: ImageSource) => Promise<void> | void,
): Promise<void> {
  const source = await format.open(location, options);
  try {
    await body(source);
  } finally {
    await source.close();
  }
}
