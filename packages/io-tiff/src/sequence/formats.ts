import { BrushwoodError, type ImageLocation, type StorageFormat } from '@brushwood/core';
import { checkPng, createPng, pngWriteDtypes } from '../raster/png-sink.ts';
import { checkTiff, createTiff, joinTiff, tiffWriteDtypes } from '../tiff/tiff-sink.ts';
import { createSequence, type SequenceKind } from './sequence-sink.ts';
import { planSlices } from './slice-plan.ts';

/** ilastik's export formats of TIFF and PNG that are more than one plane in one file (spec §D.4). They are only written. */
function exportFormat(
  id: string,
  format: Pick<StorageFormat, 'displayName' | 'extensions' | 'create' | 'check' | 'join'> &
    Pick<StorageFormat['supports'], 'writeDtypes'>,
): StorageFormat {
  const { writeDtypes, ...rest } = format;
  return {
    id,
    supports: { read: false, write: true, innerPaths: false, writeDtypes },
    probe: () => Promise.resolve(false),
    open: (location) => Promise.reject(writeOnly(location, format.displayName)),
    ...rest,
  };
}

function writeOnly({ path }: ImageLocation, name: string): BrushwoodError {
  return new BrushwoodError(
    'unsupported',
    `"${path}" cannot be opened as ${name}: that is a way to write. Open its files as a stack.`,
    { path },
  );
}

function sequence(kind: SequenceKind): Pick<StorageFormat, 'create' | 'check'> {
  return {
    create: (location, spec, options) => createSequence(kind, location, { spec, options }),
    check: ({ path }, spec, layout) =>
      kind.checkSlice({ path }, planSlices(path, spec, kind.isPlanar).specOf(0), layout),
  };
}

/** One plane per file, channels side by side. */
export const tifSequence = exportFormat('tif-sequence', {
  displayName: 'TIFF sequence',
  extensions: ['.tif'],
  writeDtypes: tiffWriteDtypes,
  ...sequence({ isPlanar: true, createSlice: createTiff, checkSlice: checkTiff }),
});

export const pngSequence = exportFormat('png-sequence', {
  displayName: 'PNG sequence',
  extensions: ['.png'],
  writeDtypes: pngWriteDtypes,
  ...sequence({ isPlanar: true, createSlice: createPng, checkSlice: checkPng }),
});

/** OME-TIFF, its planes in the order t, z, c. */
const createMultipage: SequenceKind['createSlice'] = (location, spec, options) =>
  createTiff(location, spec, { ...options, layout: { ...options.layout, flavour: 'ome' } });

const checkMultipage: SequenceKind['checkSlice'] = (location, spec, layout) =>
  checkTiff(location, spec, { ...layout, flavour: 'ome' });

export const multipageTiff = exportFormat('multipage-tiff', {
  displayName: 'Multipage TIFF (OME)',
  extensions: ['.tiff'],
  writeDtypes: tiffWriteDtypes,
  create: (location, spec, options = {}) => createMultipage(location, spec, options),
  check: checkMultipage,
  join: joinTiff,
});

export const multipageTiffSequence = exportFormat('multipage-tiff-sequence', {
  displayName: 'Multipage TIFF sequence',
  extensions: ['.tiff'],
  writeDtypes: tiffWriteDtypes,
  ...sequence({ isPlanar: false, createSlice: createMultipage, checkSlice: checkMultipage }),
});
