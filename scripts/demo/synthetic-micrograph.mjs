// A made-up fluorescence micrograph: bright textured nuclei on an uneven background with noise, its truth, and a few strokes
// as a person would paint them. Same seed, same image.

/** Numbers in [0, 1) from a 32-bit state (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * @returns {{ image: Uint8Array, truth: Uint8Array, strokes: Uint8Array }} size × size, row by row. Truth: 1 background,
 * 2 nucleus. Strokes: the same values on few pixels, 0 elsewhere.
 */
export function syntheticMicrograph(size, seed) {
  const random = createRandom(seed);
  const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const nuclei = placeNuclei(size, random);
  const image = new Uint8Array(size * size);
  const truth = new Uint8Array(size * size).fill(1);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let value = 40 + 18 * Math.sin(x / 130) * Math.cos(y / 170) + 5 * gauss();
      for (const nucleus of nuclei) {
        const depth = insideness(nucleus, x, y);
        if (depth > 0) truth[y * size + x] = 2;
        const texture = 1 + 0.18 * Math.sin(x / 2.3 + nucleus.phase) * Math.cos(y / 2.9 + nucleus.phase);
        value += (nucleus.brightness * texture) / (1 + Math.exp(-9 * depth));
      }
      image[y * size + x] = Math.max(
        0,
        Math.min(255, Math.round(value + 0.12 * Math.sqrt(Math.max(value, 0)) * gauss() * 8)),
      );
    }
  }
  return { image, truth, strokes: paintStrokes(size, nuclei, random) };
}

function placeNuclei(size, random) {
  const nuclei = [];
  for (let attempt = 0; attempt < 400 && nuclei.length < (size * size) / 6500; attempt++) {
    const radius = 12 + 12 * random();
    const [x, y] = [radius + random() * (size - 2 * radius), radius + random() * (size - 2 * radius)];
    if (nuclei.some((other) => Math.hypot(other.x - x, other.y - y) < other.radius + radius + 4)) continue;
    nuclei.push({
      x,
      y,
      radius,
      stretch: 0.75 + 0.5 * random(),
      angle: Math.PI * random(),
      brightness: 45 + 70 * random(),
      phase: 6 * random(),
    });
  }
  return nuclei;
}

/** 1 in the middle of an ellipse, 0 at its edge, negative outside. */
function insideness({ x: cx, y: cy, radius, stretch, angle }, x, y) {
  const [dx, dy] = [x - cx, y - cy];
  const along = (dx * Math.cos(angle) + dy * Math.sin(angle)) / stretch;
  const across = (dy * Math.cos(angle) - dx * Math.sin(angle)) * stretch;
  return 1 - Math.hypot(along, across) / radius;
}

/** A stroke through each of eight nuclei, from rim to rim, and wavy ones through the background that pass close to others. */
function paintStrokes(size, nuclei, random) {
  const strokes = new Uint8Array(size * size);
  const dab = (x, y, value) => {
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const [px, py] = [Math.round(x) + dx, Math.round(y) + dy];
        if (px >= 0 && py >= 0 && px < size && py < size) strokes[py * size + px] = value;
      }
  };
  for (const nucleus of nuclei.slice(0, 8)) {
    const direction = 2 * Math.PI * random();
    for (let s = -0.8; s <= 0.8; s += 0.03)
      dab(
        nucleus.x + s * nucleus.radius * 0.75 * Math.cos(direction),
        nucleus.y + s * nucleus.radius * 0.75 * Math.sin(direction),
        2,
      );
  }
  for (let line = 0; line < 5; line++) {
    const row = size * ((line + 0.5) / 5);
    for (let x = size * 0.1 * line; x < size * (0.3 + 0.1 * line); x += 0.7) {
      const y = row + 12 * Math.sin(x / 21);
      if (nuclei.every((nucleus) => insideness(nucleus, x, y) < -0.12)) dab(x, y, 1);
    }
  }
  return strokes;
}
