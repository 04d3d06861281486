import { createContainer, openImage, parseImagePath } from '@brushwood/core';
import { plugins } from '@brushwood/cli';

/**
 * Writes a picture of an image with its segmentation on top: class colours at 35 %, outlines in full. Of volumes and time
 * series the middle slice is shown.
 */
export async function writeOverlay({ imagePath, segmentationPath, outputPath, colors }) {
  const { formats } = createContainer(plugins).catalog;
  const image = await readSlice(formats, imagePath);
  const segmentation = await readSlice(formats, segmentationPath);
  const { width, height } = image;
  const [low, high] = displayRange(image.data);
  const out = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const label = segmentation.data[i];
    const color = colors[label - 1] ?? [255, 255, 255];
    const x = i % width;
    const isEdge =
      (x + 1 < width && segmentation.data[i + 1] !== label) ||
      (i + width < width * height && segmentation.data[i + width] !== label);
    const share = isEdge ? 0.9 : 0.35;
    for (let c = 0; c < 3; c++) {
      const source = image.channels >= 3 ? c : 0;
      const gray = (255 * (image.data[source * width * height + i] - low)) / (high - low || 1);
      out[c * width * height + i] = Math.max(0, Math.min(255, (1 - share) * gray + share * color[c]));
    }
  }
  const png = formats.find((format) => format.id === 'png');
  const shape = [1, 3, 1, height, width];
  const sink = await png.create(
    { path: outputPath },
    { axes: 'yxc', shape, dtype: 'uint8', content: 'intensity' },
    { overwrite: true },
  );
  await sink.write({ start: [0, 0, 0, 0, 0], stop: shape }, { data: out, shape });
  await sink.close();
}

async function readSlice(formats, path) {
  const source = await openImage(formats, { location: parseImagePath(path, formats) });
  try {
    const [t, c, z, y, x] = source.info.shape;
    const at = [Math.floor(t / 2), 0, Math.floor(z / 2), 0, 0];
    const { data } = await source.read({ start: at, stop: [at[0] + 1, c, at[2] + 1, y, x] });
    return { data: Float64Array.from(data, Number), channels: c, height: y, width: x };
  } finally {
    await source.close();
  }
}

/** From the 0.5th to the 99.5th percentile, so that one bright pixel doesn't make all else black. */
function displayRange(values) {
  const sorted = Float64Array.from(values).sort();
  return [sorted[Math.floor(0.005 * (sorted.length - 1))], sorted[Math.floor(0.995 * (sorted.length - 1))]];
}
