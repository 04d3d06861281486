import type { ExportSettings } from '@brushwood/core';
import type { Hdf5Writer } from '../hdf5-writer.ts';
import { predictionExport as group } from './ilp-layout.ts';
import type { ProjectReader } from './project-reader.ts';

/** Dataset names this program knows in the group. */
export const exportFields: readonly string[] = [
  'StorageVersion',
  'OutputFilenameFormat',
  'OutputInternalPath',
  'OutputFormat',
  'OutputAxisOrder',
  'ExportDtype',
  'InputMin',
  'InputMax',
  'ExportMin',
  'ExportMax',
  'RegionStart',
  'RegionStop',
];

export function readExportSettings(reader: ProjectReader): ExportSettings {
  if (!reader.file.has(`${group}/StorageVersion`)) return {};
  const text = (name: string) => reader.text(`${group}/${name}`);
  return {
    filenameFormat: text('OutputFilenameFormat'),
    internalPath: text('OutputInternalPath'),
    outputFormat: text('OutputFormat'),
    axisOrder: text('OutputAxisOrder'),
    dtype: text('ExportDtype'),
    inputRange: readRange(reader, 'Input'),
    exportRange: readRange(reader, 'Export'),
    regionStart: readRegion(reader, 'RegionStart'),
    regionStop: readRegion(reader, 'RegionStop'),
  };
}

function readRange(reader: ProjectReader, name: string): [number, number] | undefined {
  const low = reader.numbers(`${group}/${name}Min`)?.[0];
  const high = reader.numbers(`${group}/${name}Max`)?.[0];
  return low === undefined || high === undefined ? undefined : [low, high];
}

/** −1 stands for "no limit". */
function readRegion(reader: ProjectReader, name: string): (number | null)[] | undefined {
  const path = `${group}/${name}`;
  const values = reader.numbers(path);
  if (!values || reader.file.attribute(path, 'isEmpty') === 1) return undefined;
  return values.map((value) => (value < 0 ? null : value));
}

export function writeExportSettings(writer: Hdf5Writer, settings: ExportSettings): void {
  writer.write(`${group}/StorageVersion`, '0.1');
  const texts = {
    OutputFilenameFormat: settings.filenameFormat,
    OutputInternalPath: settings.internalPath,
    OutputFormat: settings.outputFormat,
    OutputAxisOrder: settings.axisOrder,
    ExportDtype: settings.dtype,
  };
  for (const [name, value] of Object.entries(texts)) if (value !== undefined) writer.write(`${group}/${name}`, value);
  writeRange(writer, 'Input', settings.inputRange);
  writeRange(writer, 'Export', settings.exportRange);
  writeRegion(writer, 'RegionStart', settings.regionStart);
  writeRegion(writer, 'RegionStop', settings.regionStop);
}

function writeRange(writer: Hdf5Writer, name: string, range: readonly [number, number] | undefined): void {
  if (!range) return;
  writer.write(`${group}/${name}Min`, Float64Array.of(range[0]), []);
  writer.write(`${group}/${name}Max`, Float64Array.of(range[1]), []);
}

function writeRegion(writer: Hdf5Writer, name: string, region: readonly (number | null)[] | undefined): void {
  if (!region) return;
  writer.write(
    `${group}/${name}`,
    BigInt64Array.from(region, (value) => BigInt(value ?? -1)),
  );
  writer.attribute(`${group}/${name}`, 'isEmpty', false);
}
