/** A synthetic picture: every 16 voxels another colour, so that each pixel tells where it comes from. */
export function colorAt(u: number, v: number, level = 0): [number, number, number] {
  return [(37 * Math.floor(u / 16)) & 255, (53 * Math.floor(v / 16)) & 255, 40 * level];
}
