import type { StorageFormat } from '@brushwood/core';
import { probeBytes } from '../probe.ts';
import { checkPng, createPng, pngWriteDtypes } from './png-sink.ts';
import { rasterKind, type RasterKind } from './raster-kinds.ts';
import { openRaster } from './raster-source.ts';

const readOnly = { read: true, write: false, innerPaths: false, writeDtypes: [] } as const;

/** What the raster formats have in common: told apart by signature, decoded as a whole. */
function reading(kind: RasterKind): Pick<StorageFormat, 'id' | 'probe' | 'open'> {
  return {
    id: kind,
    probe: (location) => probeBytes(location, (head) => rasterKind(head) === kind),
    open: (location, options) => openRaster(kind, location, options),
  };
}

export const png: StorageFormat = {
  ...reading('png'),
  displayName: 'PNG',
  extensions: ['.png'],
  supports: { read: true, write: true, innerPaths: false, writeDtypes: pngWriteDtypes },
  create: createPng,
  check: checkPng,
};

export const jpeg: StorageFormat = {
  ...reading('jpeg'),
  displayName: 'JPEG',
  extensions: ['.jpg', '.jpeg'],
  supports: readOnly,
};

export const webp: StorageFormat = {
  ...reading('webp'),
  displayName: 'WebP',
  extensions: ['.webp'],
  supports: readOnly,
};

/** The first frame of a GIF. */
export const gif: StorageFormat = { ...reading('gif'), displayName: 'GIF', extensions: ['.gif'], supports: readOnly };

export const bmp: StorageFormat = { ...reading('bmp'), displayName: 'BMP', extensions: ['.bmp'], supports: readOnly };
