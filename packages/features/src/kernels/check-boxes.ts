import { BrushwoodError, type CoreBox, type Shape3, type Volume } from '@brushwood/core';

/**
 * Kernels write by address, so a box outside its volume would overwrite other data: checked before each call.
 * @throws 'invalid-roi' if the box leaves the volume; 'shape-mismatch' if the volume's data do not fill its shape, or the
 *         shape is not `expected`
 */
export function checkInside(box: CoreBox, volume: Volume, expected: Shape3 = volume.shape): void {
  const { shape } = volume;
  for (let i = 0; i < 3; i++) {
    if (shape[i] !== expected[i]) {
      throw new BrushwoodError(
        'shape-mismatch',
        `Volumes that a kernel combines must have one shape; found (${shape.join(', ')}) and (${expected.join(', ')}).`,
        { shape: [...shape], expected: [...expected] },
      );
    }
    if (box.start[i]! < 0 || box.start[i]! + box.shape[i]! > shape[i]!) {
      throw new BrushwoodError(
        'invalid-roi',
        `The box of shape (${box.shape.join(', ')}) at (${box.start.join(', ')}), axes zyx, leaves the volume of shape ` +
          `(${shape.join(', ')}). Ask for a box inside it.`,
        { start: [...box.start], box: [...box.shape], shape: [...shape] },
      );
    }
  }
  checkLength(volume.data, shape, 1);
}

/** @throws 'shape-mismatch' if the data are not `planes` volumes of this shape */
export function checkLength(data: Float32Array, shape: Shape3, planes: number): void {
  const needed = planes * shape[0] * shape[1] * shape[2];
  if (data.length !== needed) {
    throw new BrushwoodError(
      'shape-mismatch',
      `${planes} planes of shape (${shape.join(', ')}) have ${needed} values, but the buffer has ${data.length}.`,
      { needed, got: data.length },
    );
  }
}
