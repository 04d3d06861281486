import { createTensor, type Tensor } from '@brushwood/core';

/**
 * A picture to try the app on, made and not loaded: bright nuclei of two kinds, smooth and speckled, on an uneven background with
 * noise. Always the same.
 * @returns uint8, axes tczyx
 */
export function createExampleImage(size = 512): Tensor {
  const random = mulberry(20);
  const cells = Array.from({ length: 46 }, () => ({
    u: random() * size,
    v: random() * size,
    radius: 13 + 13 * random(),
    stretch: 0.7 + 0.6 * random(),
    angle: Math.PI * random(),
    isSpeckled: random() < 0.4,
    brightness: 70 + 60 * random(),
  }));
  const data = new Uint8Array(size * size);
  for (let v = 0; v < size; v++)
    for (let u = 0; u < size; u++) {
      let value = 28 + 26 * Math.sin((2.2 * u) / size) * Math.cos((1.7 * v) / size);
      for (const { u: cu, v: cv, radius, stretch, angle, isSpeckled, brightness } of cells) {
        const [du, dv] = [u - cu, v - cv];
        if (Math.abs(du) > 2 * radius || Math.abs(dv) > 2 * radius) continue;
        const along = (du * Math.cos(angle) + dv * Math.sin(angle)) / stretch;
        const across = (dv * Math.cos(angle) - du * Math.sin(angle)) * stretch;
        const edge = 1 / (1 + Math.exp(1.4 * (Math.hypot(along, across) - radius)));
        const speckles = isSpeckled ? 0.62 + 0.55 * Math.sin(0.9 * u + cv) * Math.sin(0.9 * v + cu) : 0.9;
        value = Math.max(value, value + edge * brightness * speckles);
      }
      const noise = 16 * (random() + random() + random() - 1.5);
      data[v * size + u] = Math.max(0, Math.min(255, Math.round(value + noise)));
    }
  return createTensor(data, [1, 1, 1, size, size]);
}

/** Tommy Ettinger's mulberry32: a small seeded generator of numbers in [0, 1). */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
