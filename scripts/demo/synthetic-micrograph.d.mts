/** A made-up micrograph, its truth and strokes: size × size, row by row; 1 background, 2 nucleus, 0 unlabelled. */
export function syntheticMicrograph(size: number, seed: number): { image: Uint8Array; truth: Uint8Array; strokes: Uint8Array };
