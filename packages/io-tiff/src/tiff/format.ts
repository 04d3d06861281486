import type { ImageLocation, StorageFormat } from '@brushwood/core';
import { probeBytes } from '../probe.ts';
import { tiffKind } from './directory.ts';
import { checkTiff, createTiff, joinTiff, tiffWriteDtypes } from './tiff-sink.ts';
import { openTiff } from './tiff-source.ts';

/** TIFF: plain and multi-page, ImageJ hyperstacks, OME-TIFF in one file, BigTIFF. */
export const tiff: StorageFormat = {
  id: 'tiff',
  displayName: 'TIFF',
  extensions: ['.tif', '.tiff', '.ome.tif', '.ome.tiff', '.btf', '.tf8', '.tf2'],
  supports: { read: true, write: true, innerPaths: false, writeDtypes: tiffWriteDtypes },
  probe: (location: ImageLocation) => probeBytes(location, (head) => tiffKind(head) !== undefined),
  open: openTiff,
  create: createTiff,
  check: checkTiff,
  join: joinTiff,
};
