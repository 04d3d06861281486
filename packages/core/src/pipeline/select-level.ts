import type { ImageSource } from '../contracts/image-source.ts';
import { BrushwoodError } from '../errors.ts';
import { shape5 } from '../grid/axes.ts';

/**
 * The image at one of its resolutions, as if it had only that one and the coarser ones.
 * @param level 0 = full resolution
 * @throws 'invalid-parameter' for a level the image does not have
 */
export function selectLevel(source: ImageSource, level: number, who: string): ImageSource {
  if (level === 0) return source;
  const { info } = source;
  const own = info.levels[level];
  if (!own) {
    const last = info.levels.length - 1;
    throw new BrushwoodError(
      'invalid-parameter',
      `${who} has ${last === 0 ? 'one resolution, level 0' : `levels 0 to ${last}`}; level ${level} does not exist.`,
      { level, levels: info.levels.length },
    );
  }
  const [t, , z, y, x] = own.downsampling;
  const { voxelSize } = info;
  const scaled = (size: number | undefined, factor: number) => size && size * factor;
  return {
    info: {
      ...info,
      shape: own.shape,
      levels: info.levels.slice(level).map((other) => ({
        ...other,
        downsampling: shape5((i) => other.downsampling[i] / own.downsampling[i]),
      })),
      voxelSize: voxelSize && {
        ...voxelSize,
        x: scaled(voxelSize.x, x),
        y: scaled(voxelSize.y, y),
        z: scaled(voxelSize.z, z),
        t: scaled(voxelSize.t, t),
      },
    },
    read: (roi, options) => source.read(roi, { ...options, level: level + (options?.level ?? 0) }),
    close: () => source.close(),
  };
}
