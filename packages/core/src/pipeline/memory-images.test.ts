import { describe, expect, it } from 'vitest';
import type { ImageSpec } from '../contracts/image-sink.ts';
import type { Tensor } from '../grid/tensor.ts';
import { imageSinkChecks } from '../testing/image-sink-checks.ts';
import { imageSourceChecks } from '../testing/image-source-checks.ts';
import { createMemorySink, type MemorySink } from './memory-sink.ts';
import { openImage } from './open-image.ts';

const whole: Tensor = { data: Uint16Array.from({ length: 2 * 3 * 4 * 5 }, (_, i) => 7 * i), shape: [1, 2, 3, 4, 5] };
const open = (tensor: Tensor) => openImage([], { location: { path: 'image in memory', tensor } });
const spec = (dtype: ImageSpec['dtype']): ImageSpec => ({
  axes: 'zyxc',
  shape: [1, 2, 3, 4, 5],
  dtype,
  content: 'intensity',
});
const specs = [spec('uint8'), spec('float32')] as const;

describe('an image in memory as a source', () => {
  for (const check of imageSourceChecks({ open: () => open(whole), whole })) it(check.name, check.run);
});

describe('an image in memory as a sink', () => {
  const create = async (spec: ImageSpec) => {
    let finished: Tensor | undefined;
    const sink: MemorySink = createMemorySink(spec);
    const close = async () => {
      await sink.close();
      finished = sink.tensor;
    };
    return { sink: { ...sink, close }, reopen: async () => finished && open(finished) };
  };
  for (const check of imageSinkChecks({ create, specs })) it(check.name, check.run);
  it('refuses a block of another dtype', async () => {
    const sink = createMemorySink(specs[0]);
    const write = sink.write(
      { start: [0, 0, 0, 0, 0], stop: [1, 1, 1, 1, 1] },
      { data: new Float32Array(1), shape: [1, 1, 1, 1, 1] },
    );
    await expect(write).rejects.toMatchObject({ code: 'unsupported-dtype' });
  });
});
