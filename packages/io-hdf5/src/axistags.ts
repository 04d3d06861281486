import { coreAxes, type VoxelSize } from '@brushwood/core';

/** vigra's typeFlags: channel 1, space 2, time 8. */
const typeFlags: Readonly<Record<string, number>> = { c: 1, x: 2, y: 2, z: 2, t: 8 };

export interface AxisTags {
  /** Slowest first. */
  readonly axes: string;
  /** Size of a voxel along each axis, where the file says so; in the units of `axis_units`. */
  readonly resolutions: Readonly<Record<string, number>>;
}

/** Reads vigra's axistags JSON. Undefined if it is none, or if an axis is unknown (`?`): other rules apply then. */
export function parseAxisTags(json: string): AxisTags | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const list = (parsed as { axes?: unknown } | null)?.axes;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const resolutions: Record<string, number> = {};
  let axes = '';
  for (const item of list as { key?: unknown; resolution?: unknown }[]) {
    const key = item?.key;
    if (typeof key !== 'string' || key.length !== 1 || !coreAxes.includes(key) || axes.includes(key)) return undefined;
    axes += key;
    if (typeof item.resolution === 'number' && item.resolution > 0) resolutions[key] = item.resolution;
  }
  return { axes, resolutions };
}

/** Axistags as vigra writes them. Both `key` and `typeFlags` are mandatory for ilastik. */
export function formatAxisTags(axes: string, voxelSize?: VoxelSize): string {
  const list = [...axes].map((key) => ({
    key,
    typeFlags: typeFlags[key],
    resolution: (key === 'c' ? undefined : voxelSize?.[key as 'x' | 'y' | 'z' | 't']) ?? 0,
    description: '',
  }));
  return JSON.stringify({ axes: list }, null, 2);
}

/** `axis_units` as ilastik writes it: a JSON object of unit names, or undefined without a known unit. */
export function formatAxisUnits(axes: string, voxelSize?: VoxelSize): string | undefined {
  if (!voxelSize) return undefined;
  const units: Record<string, string> = {};
  for (const axis of axes) {
    const size = axis === 'c' ? undefined : voxelSize[axis as 'x' | 'y' | 'z' | 't'];
    const unit = axis === 't' ? voxelSize.timeUnit : voxelSize.unit;
    if (size !== undefined && unit && unit !== 'pixel') units[axis] = unit;
  }
  return Object.keys(units).length > 0 ? JSON.stringify(units) : undefined;
}

/** Voxel size from resolutions and the `axis_units` JSON, if there is any. */
export function voxelSizeOf(
  resolutions: Readonly<Record<string, number>>,
  axisUnits: string | undefined,
): VoxelSize | undefined {
  const units = parseUnits(axisUnits);
  const { x, y, z, t } = resolutions;
  if (x === undefined && y === undefined && z === undefined && t === undefined) return undefined;
  const unit = normalizeUnit(units['x'] ?? units['y'] ?? units['z']);
  return { unit, x, y, z, t, timeUnit: t === undefined ? undefined : (units['t'] ?? 'pixel') };
}

function parseUnits(json: string | undefined): Record<string, string> {
  if (!json) return {};
  try {
    const parsed = JSON.parse(json) as Record<string, unknown> | null;
    const entries = Object.entries(parsed ?? {}).filter(([, unit]) => typeof unit === 'string' && unit !== '');
    return Object.fromEntries(entries) as Record<string, string>;
  } catch {
    return {};
  }
}

function normalizeUnit(unit: string | undefined): string {
  if (unit === undefined) return 'pixel';
  return /^(um|µm|μm|micron|microns|micrometers?|micrometres?)$/i.test(unit) ? 'micrometer' : unit;
}
