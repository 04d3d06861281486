/** Where a person would paint the app's example, which is always the same: nuclei of both kinds, and the ground between them. */
export const example = {
  width: 512,
  height: 512,
  bright: spots('162,168 270,78 120,102 420,54 228,12 180,456 252,396 390,180 276,174'),
  dark: spots('30,480 24,384 372,498 12,192 258,492 18,288 144,486 138,390 330,432'),
};

function spots(text) {
  return text.split(' ').map((spot) => {
    const [x, y] = spot.split(',').map(Number);
    return { x, y };
  });
}

/** A volume of bright balls in noise as a NumPy file, and where to paint its middle slice along z. */
export function volume(depth = 64, size = 160) {
  const random = seeded(7);
  const balls = Array.from({ length: 60 }, () => ({
    at: [random() * depth, random() * size, random() * size],
    radius: 6 + 7 * random(),
    light: 80 + 70 * random(),
  }));
  const data = new Uint8Array(depth * size * size);
  for (let z = 0, i = 0; z < depth; z++)
    for (let y = 0; y < size; y++)
      for (let x = 0; x < size; x++, i++) {
        let value = 30 + 12 * Math.sin(x / 30) * Math.cos(y / 25);
        for (const { at, radius, light } of balls) {
          const distance = Math.hypot(z - at[0], y - at[1], x - at[2]);
          if (distance < radius + 4) value = Math.max(value, 30 + light / (1 + Math.exp(1.5 * (distance - radius))));
        }
        data[i] = Math.max(0, Math.min(255, value + 22 * (random() + random() - 1)));
      }
  const middle = (depth >> 1) * size * size;
  return {
    file: { name: 'vesicles.npy', mimeType: 'application/octet-stream', buffer: npy(data, [depth, size, size]) },
    slice: {
      width: size,
      height: size,
      ...places({ data: data.subarray(middle, middle + size * size), width: size, height: size }, 9),
    },
  };
}

/** Places of bright and of dark spots of a slice, far from each other. */
function places({ data, width, height }, count) {
  const mean = (cx, cy) => {
    let sum = 0;
    for (let y = cy - 3; y <= cy + 3; y++) for (let x = cx - 3; x <= cx + 3; x++) sum += data[y * width + x];
    return sum / 49;
  };
  const all = [];
  for (let y = 12; y < height - 12; y += 6)
    for (let x = 12; x < width - 12; x += 6) all.push({ x, y, light: mean(x, y) });
  all.sort((a, b) => a.light - b.light);
  const scattered = (from) => from.toSorted((a, b) => ((a.x * 31 + a.y * 17) % 101) - ((b.x * 31 + b.y * 17) % 101));
  const spread = (from) => {
    const taken = [];
    for (const spot of scattered(from)) {
      if (taken.every(({ x, y }) => Math.hypot(x - spot.x, y - spot.y) > width / 8)) taken.push(spot);
      if (taken.length === count) break;
    }
    return taken;
  };
  return { bright: spread(all.slice(-all.length * 0.1)), dark: spread(all.slice(0, all.length * 0.45)) };
}

function npy(data, shape) {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = `${text.padEnd(128 - 10 - 1)}\n`;
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.from([header.length, 0]),
    Buffer.from(header),
    data,
  ]);
}

function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
