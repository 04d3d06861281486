import { describe, expect, it } from 'vitest';
import type { ImageSink, ImageSpec, SinkTicket } from '../contracts/image-sink.ts';
import type { Plugin } from '../contracts/plugin.ts';
import { BrushwoodError } from '../errors.ts';
import type { Shape5 } from '../grid/axes.ts';
import type { Roi } from '../grid/roi.ts';
import { fakeServices, stripeProject, stripes } from '../test-doubles/phantoms.ts';
import { memoryImageSource } from '../testing/memory-image.ts';
import { createMemorySink, type MemorySink } from './memory-sink.ts';
import { runPrediction } from './run-prediction.ts';
import { runTraining } from './run-training.ts';

const shape: Shape5 = [1, 1, 1, 20, 24];
const image = stripes(shape);
const project = (await runTraining(stripeProject(image), { services: fakeServices() })).project;
const blockShape = [1, 8, 8] as const;
const blockCount = 3 * 3;
const request = { location: { path: 'picture.fake' } };

/** A format whose images can be written by workers, and read with every box counted. */
function watchedFormat({ failAt = Infinity } = {}) {
  const sinks = new Map<string, MemorySink>();
  const reads: Roi[] = [];
  const log = { mainWrites: 0, workerWrites: 0, openWriters: 0, aborted: 0 };
  const plugin: Plugin = {
    name: 'watched',
    formats: [
      {
        id: 'fake',
        displayName: 'Fake',
        extensions: ['.fake'],
        supports: { read: true, write: true, innerPaths: false, writeDtypes: ['float32'] },
        probe: async ({ path }) => path.endsWith('.fake'),
        async open() {
          const source = memoryImageSource(image);
          const read: typeof source.read = (roi, options) => {
            reads.push(roi);
            return source.read(roi, options);
          };
          return { info: source.info, read, close: () => source.close() };
        },
        async join({ location }) {
          log.openWriters++;
          const sink = sinks.get(location.path)!;
          return {
            async write(roi, tensor, options) {
              if (log.workerWrites === failAt) throw new BrushwoodError('write-failed', 'the disk is full');
              await sink.write(roi, tensor, options);
              log.workerWrites++;
            },
            async close() {
              log.openWriters--;
            },
          };
        },
      },
    ],
  };
  const openSink = async (spec: ImageSpec): Promise<ImageSink> => {
    const sink = createMemorySink(spec);
    sinks.set('out', sink);
    const ticket: SinkTicket = { formatId: 'fake', location: { path: 'out' }, spec, state: {} };
    return {
      ...sink,
      ticket,
      write: (roi, tensor, options) => {
        log.mainWrites++;
        return sink.write(roi, tensor, options);
      },
      abort: async () => {
        log.aborted++;
      },
    };
  };
  return { plugin, openSink, sinks, reads, log };
}

async function predictedInMemory() {
  let sink: MemorySink | undefined;
  const openSink = async (spec: ImageSpec) => (sink = createMemorySink(spec));
  const outputs = [{ sourceId: 'probabilities', openSink }];
  await runPrediction(project, { services: fakeServices(), image: { location: { path: '', tensor: image } }, outputs });
  return sink!.tensor;
}

describe('runPrediction with sinks that workers can join', () => {
  it('lets the workers write every block, and gets the same image', async () => {
    const { plugin, openSink, sinks, log } = watchedFormat();
    const services = fakeServices(2, [plugin]);
    await runPrediction(project, {
      services,
      image: request,
      blockShape,
      outputs: [{ sourceId: 'probabilities', openSink }],
    });
    expect(log).toEqual({ mainWrites: 0, workerWrites: blockCount, openWriters: 0, aborted: 0 });
    expect(sinks.get('out')!.tensor).toEqual(await predictedInMemory());
  });

  it('aborts the image if a worker cannot write', async () => {
    const { plugin, openSink, log } = watchedFormat({ failAt: 4 });
    const services = fakeServices(1, [plugin]);
    const outputs = [{ sourceId: 'probabilities', openSink }];
    const run = runPrediction(project, { services, image: request, blockShape, outputs });
    await expect(run).rejects.toMatchObject({ code: 'write-failed' });
    expect(log).toMatchObject({ workerWrites: 4, openWriters: 0, aborted: 1 });
  });
});

describe('reading ahead', () => {
  it.each([1, 2, 3])('reads every block once with %i worker(s) that keep their turn', async (size) => {
    const { plugin, openSink, reads } = watchedFormat();
    const outputs = [{ sourceId: 'probabilities', openSink }];
    await runPrediction(project, { services: fakeServices(size, [plugin]), image: request, blockShape, outputs });
    const boxes = reads.map((roi) => `${roi.start} ${roi.stop}`);
    expect(new Set(boxes).size).toBe(blockCount);
    // Workers may overtake each other, and then a block is read again; it must stay the exception.
    expect(boxes.length).toBeLessThanOrEqual(blockCount + size);
  });
});
