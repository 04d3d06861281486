import {
  createContainer,
  createInlinePool,
  describeImage,
  emptyLabels,
  openImage,
  pipelineServices,
  registerWorkers,
  type ImageReference,
  type Tensor,
} from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { fullDisplay } from './first-display.ts';
import { openLane } from './open-lane.ts';

const container = createContainer([]);
registerWorkers(container, ({ catalog }) => createInlinePool(catalog));
const services = pipelineServices(container);
const { signal } = new AbortController();

/** Two channels of 4 × 5, −3 to 16 and ten times that. */
const tensor: Tensor = {
  data: Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? i - 3 : 10 * (i - 23))),
  shape: [1, 2, 1, 4, 5],
};

async function shown(change: Partial<ImageReference>, image = tensor) {
  const location = { path: 'image', tensor: image };
  const { reference } = await describeImage([], location, { nickname: 'image', storage: 'embedded' });
  const rawData = { ...reference, ...change };
  return openLane({ rawData, labels: emptyLabels(rawData.shape) }, { services, signal });
}

describe('how an image is shown', () => {
  it('at first follows what the project says, else its own values', async () => {
    const ranges = async (change: Partial<ImageReference>) => (await shown(change)).channels.map(({ range }) => range);
    const kept = [
      [1, 2],
      [3, 4],
    ] as const;
    expect(await ranges({ channelRanges: kept })).toEqual(kept);
    expect(await ranges({ displayRange: [5, 6], normalizeDisplay: true })).toEqual([
      [5, 6],
      [5, 6],
    ]);
    expect(await ranges({})).toEqual([
      [-3, 16],
      [-30, 160],
    ]);
  });

  it('goes back to the range of all its values, or that of a small type', async () => {
    const { info, channels } = await shown({
      channelRanges: [
        [0, 1],
        [0, 1],
      ],
    });
    const image = { location: { path: 'image', tensor } };
    const full = await fullDisplay(info, channels, { pool: services.pool, image });
    expect(full.map(({ range }) => range)).toEqual([
      [-3, 16],
      [-30, 160],
    ]);
    expect(full.map(({ color }) => color)).toEqual(channels.map(({ color }) => color));
    const bytes = { data: Uint16Array.from(tensor.data, Number), shape: tensor.shape };
    const source = await openImage([], { location: { path: 'bytes', tensor: bytes } });
    const small = await fullDisplay(source.info, channels, { pool: services.pool, image });
    expect(small.map(({ range }) => range)).toEqual([
      [0, 65535],
      [0, 65535],
    ]);
  });
});
