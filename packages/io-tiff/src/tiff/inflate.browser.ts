import type { Inflate } from './inflate.ts';

/** None: geotiff's decoder is used. How much memory a page may take is the browser's to limit. */
export const inflate: Inflate | undefined = undefined;
