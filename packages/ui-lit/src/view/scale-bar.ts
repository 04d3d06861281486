import type { VoxelSize } from '@brushwood/core';

export interface ScaleBar {
  /** CSS pixels. */
  readonly width: number;
  readonly label: string;
}

/** Lengths in nanometres of the units that files use. */
const nanometers: Readonly<Record<string, number>> = {
  angstrom: 0.1,
  nanometer: 1,
  micrometer: 1e3,
  millimeter: 1e6,
  centimeter: 1e7,
  meter: 1e9,
};

/**
 * The longest bar of 1, 2 or 5 × 10ⁿ units that is not wider than `widest` CSS pixels.
 * @param scale CSS pixels per voxel.
 */
export function scaleBar(voxelSize: VoxelSize | undefined, scale: number, widest: number): ScaleBar {
  const size = voxelSize?.x;
  const unit = voxelSize?.unit ?? 'pixel';
  if (!size || !(size > 0) || unit === 'pixel') return bar(1, scale, widest, (length) => `${plain(length)} px`);
  const factor = nanometers[unit];
  if (factor === undefined) return bar(size, scale, widest, (length) => `${plain(length)} ${unit}`);
  return bar(size * factor, scale, widest, lengthLabel);
}

/** Width of a voxel in micrometres; undefined if the image does not say it in a unit of length. */
export function micrometersOf(voxelSize: VoxelSize | undefined): number | undefined {
  const factor = nanometers[voxelSize?.unit ?? ''];
  return voxelSize?.x && factor ? (voxelSize.x * factor) / 1e3 : undefined;
}

function bar(voxel: number, scale: number, widest: number, label: (length: number) => string): ScaleBar {
  const length = roundDown((widest / scale) * voxel);
  return { width: (length / voxel) * scale, label: label(length) };
}

/** The largest 1, 2 or 5 × 10ⁿ that is not above `value`. */
function roundDown(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = value / power;
  return (digit >= 5 - 1e-9 ? 5 : digit >= 2 - 1e-9 ? 2 : 1) * power;
}

function lengthLabel(nanometer: number): string {
  if (nanometer >= 1e9 - 1) return `${plain(nanometer / 1e9)} m`;
  if (nanometer >= 1e6 - 1e-3) return `${plain(nanometer / 1e6)} mm`;
  if (nanometer >= 1e3 - 1e-6) return `${plain(nanometer / 1e3)} µm`;
  return `${plain(nanometer)} nm`;
}

function plain(value: number): string {
  return String(Number(value.toPrecision(6)));
}
