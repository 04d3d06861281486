import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';
import { bundleForTests } from '../../testing/bundle-for-tests.ts';
import { colorAt } from '../../testing/viewer-pattern.ts';
import type { PositionChangeDetail, ViewChangeDetail } from './viewer-events.ts';

type PageModule = typeof import('../../testing/viewer.page.ts');
type Shown = import('../../testing/viewer.page.ts').Shown;
type Shape5 = [number, number, number, number, number];

declare global {
  var shown: Shown;
  var kit: PageModule;
}

let files: Record<string, Uint8Array> = {};

interface Setup {
  readonly levels?: number;
  readonly scale?: number;
  readonly size?: { width: number; height: number };
  readonly hasTouch?: boolean;
  readonly labelsAt?: number;
}

/** A page that is filled by a viewer of a synthetic picture. */
async function open(shape: Shape5, { levels = 1, scale = 1, size, hasTouch = false }: Setup = {}): Promise<TestPage> {
  const viewport = size ?? { width: 800, height: 600 };
  const test = await openTestPage({ files, context: { viewport, deviceScaleFactor: scale, hasTouch } });
  await test.page.evaluate(
    async ([ofShape, count]) => {
      globalThis.kit = await importModule<PageModule>('/viewer.js');
      kit.showViewer(ofShape, count, { unit: 'micrometer', x: 0.5, y: 0.5 });
      await kit.settled();
    },
    [shape, levels] as const,
  );
  return test;
}

const settle = (page: Page) => page.evaluate(() => kit.settled());
const pixel = (page: Page, x: number, y: number, axis = 'z') =>
  page.evaluate(([px, py, ofAxis]) => kit.pixelAt(px, py, ofAxis), [x, y, axis] as const);
const view = (page: Page) =>
  page.evaluate(() => {
    const change = shown.events.findLast(({ type }) => type === 'view-change');
    return (change!.detail as ViewChangeDetail).slices;
  });
const position = (page: Page) => page.evaluate(() => shown.viewer.position);
const asked = (page: Page) =>
  page.evaluate(() =>
    shown.pattern.asked.map(({ address, signal }) => ({
      level: address.level,
      at: `${address.column},${address.row}`,
      slice: `${address.plane.axis}${address.plane.index}`,
      isAborted: signal.aborted,
    })),
  );
const useBrush = (page: Page, diameter: number) =>
  page.evaluate(async (size) => {
    shown.viewer.tool = shown.labels.tool(size);
    await kit.settled();
  }, diameter);

describe.skipIf(!hasBrowser)('brushwood-viewer', () => {
  beforeAll(async () => {
    files = await bundleForTests({ viewer: fileURLToPath(new URL('../../testing/viewer.page.ts', import.meta.url)) });
  });

  it('fits a 2-D image into the view and draws every pixel at its place', async () => {
    const { page } = await open([1, 1, 1, 400, 600]); // 4/3 screen pixels a voxel, from x = 0 and y = 33.3
    for (const [u, v] of [
      [8, 8],
      [296, 200],
      [584, 392],
      [40, 376],
    ] as const) {
      const at = await pixel(page, (u - 300) * (4 / 3) + 400, (v - 200) * (4 / 3) + 300);
      expect(at).toEqual([...colorAt(u, v), 255]);
    }
    expect(await pixel(page, 400, 20)).toEqual([0, 0, 0, 0]); // beside the image
    expect(await view(page)).toEqual([
      {
        plane: { axis: 'z', t: 0, index: 0 },
        box: { left: 0, top: 0, right: 600, bottom: 400 },
        level: 0,
        scale: 4 / 3,
      },
    ]);
  });

  it('zooms with the wheel and keeps the voxel under the pointer', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    await page.mouse.move(500, 200);
    await page.keyboard.down('Control');
    await settle(page);
    const before = await pixel(page, 500, 200);
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await settle(page);
    expect((await view(page))[0]!.scale).toBeCloseTo((4 / 3) * Math.exp(0.88), 6);
    expect(await pixel(page, 500, 200)).toEqual(before);
    const voxels = await page.evaluate(() => shown.events.filter(({ type }) => type === 'pointer-voxel').length);
    expect(voxels).toBe(1); // the pointer stayed on its voxel
  });

  it('pans by shift-drag and middle-drag with a tool, and by a plain drag without one', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    const drag = async (button: 'left' | 'middle') => {
      await page.mouse.move(300, 300);
      await page.mouse.down({ button });
      await page.mouse.move(340, 280, { steps: 3 });
      await page.mouse.up({ button });
      await settle(page);
      return (await view(page))[0]!.box;
    };
    const start = await pixel(page, 300, 300);
    await drag('left');
    expect(await pixel(page, 340, 280)).toEqual(start);
    await useBrush(page, 9);
    await page.keyboard.down('Shift');
    await drag('left');
    await page.keyboard.up('Shift');
    const box = await drag('middle');
    expect(box.right).toBe(600 - 90); // 120 screen pixels are 90 voxels
    expect(await page.evaluate(() => shown.labels.strokes.length)).toBe(0);
  });

  it('draws on device pixels', async () => {
    const { page } = await open([1, 1, 1, 400, 600], { scale: 2 });
    const size = await page.evaluate(() => {
      const canvas = shown.viewer.shadowRoot!.querySelector('canvas')!;
      return [canvas.width, canvas.height];
    });
    expect(size).toEqual([1600, 1200]);
    expect(await pixel(page, 400.5, 300.5)).toEqual([...colorAt(300.4, 200.4), 255]);
  });

  it('shows sharp voxels when zoomed in', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    await page.evaluate(() => shown.viewer.zoomBy(16));
    await settle(page);
    const { scale } = (await view(page))[0]!;
    const edge = 400 + (304 - 300) * scale; // the border between two colours
    expect(await pixel(page, edge - 1, 300)).toEqual([...colorAt(303, 200), 255]);
    expect(await pixel(page, edge + 1, 300)).toEqual([...colorAt(305, 200), 255]);
  });
});

describe.skipIf(!hasBrowser)('tiles of brushwood-viewer', () => {
  it('asks of 20,000 × 20,000 pixels for what is seen, at the level that fits', async () => {
    const { page } = await open([1, 1, 1, 20_000, 20_000], { levels: 7 });
    const first = await asked(page); // 0.03 pixels a voxel: level 5 (1/32), 625 pixels, 3 × 3 tiles
    expect(first.map(({ level }) => level)).toEqual(Array(9).fill(5));
    await page.evaluate(() => {
      shown.pattern.asked.length = 0;
      shown.viewer.resetZoom();
    });
    await settle(page);
    const near = await asked(page); // 9600…10400 × 9700…10300 lies in columns and rows 37…40
    expect(near.map(({ level }) => level)).toEqual(Array(16).fill(0));
    const places = [37, 38, 39, 40].flatMap((column) => [37, 38, 39, 40].map((row) => `${column},${row}`));
    expect(near.map(({ at }) => at).sort()).toEqual(places.sort());
    expect(await page.evaluate(() => shown.pattern.mostPending)).toBeLessThanOrEqual(8);
    expect(await pixel(page, 400, 300)).toEqual([...colorAt(10_000, 10_000), 255]);
  });

  it('asks nothing again that it has', async () => {
    const { page } = await open([1, 1, 1, 2000, 2000], { levels: 3 });
    await page.evaluate(() => shown.viewer.resetZoom());
    await settle(page);
    const count = (await asked(page)).length;
    await page.evaluate(() => shown.viewer.fit());
    await settle(page);
    await page.evaluate(() => shown.viewer.resetZoom());
    await settle(page);
    expect((await asked(page)).length).toBe(count);
  });

  it('shows the coarser level until the finer one is there', async () => {
    const { page } = await open([1, 1, 1, 20_000, 20_000], { levels: 7 });
    await page.evaluate(() => {
      shown.pattern.isHeld = true;
      shown.viewer.resetZoom();
    });
    await settle(page);
    expect((await pixel(page, 400, 300))[2]).toBe(200); // blue tells the level: 5 × 40
    await page.evaluate(() => shown.pattern.answerAll());
    await settle(page);
    expect((await pixel(page, 400, 300))[2]).toBe(0);
  });

  it('takes requests back for what is not seen any more', async () => {
    const { page } = await open([1, 1, 1, 20_000, 20_000], { levels: 7 });
    await page.evaluate(async () => {
      shown.pattern.asked.length = 0;
      shown.pattern.isHeld = true;
      shown.viewer.resetZoom();
      await kit.settled();
    });
    expect((await asked(page)).map(({ isAborted }) => isAborted)).toEqual(Array(8).fill(false));
    await page.mouse.move(700, 500);
    await page.mouse.down();
    await page.mouse.move(20, 20, { steps: 2 });
    await page.mouse.move(700, 500);
    await page.mouse.up();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    await settle(page);
    const late = await asked(page);
    const gone = late.filter(({ at }) => Number(at.split(',')[0]) < 40);
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every(({ isAborted }) => isAborted)).toBe(true);
    expect(late.filter(({ isAborted }) => !isAborted).length).toBeLessThanOrEqual(8);
  });

  it('asks a source of full resolution alone for a bounded number of tiles, the middle first', async () => {
    const { page } = await open([1, 1, 1, 20_000, 20_000], { levels: 7 });
    expect(await page.evaluate(() => shown.labels.addresses.length)).toBe(400); // of 6241
    const far = await page.evaluate(() =>
      Math.max(...shown.labels.addresses.map(({ column, row }) => Math.hypot(column - 39, row - 39))),
    );
    expect(far).toBeLessThan(12.5); // a disc of 400 tiles has a radius of 11.3
  });

  it('keeps old pixels until new ones are there', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    await page.evaluate(async () => {
      shown.pattern.isHeld = true;
      shown.pattern.shift = 50;
      shown.pattern.change(({ column }) => column === 1);
      await kit.settled();
    });
    const blue = async (u: number) => (await pixel(page, (u - 300) * (4 / 3) + 400, 300))[2];
    expect(await blue(400)).toBe(0);
    await page.evaluate(() => shown.pattern.answerAll());
    await settle(page);
    expect([await blue(200), await blue(400), await blue(590)]).toEqual([0, 50, 0]);
  });

  it('tells about a layer that fails, and shows the rest', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    const errors = await page.evaluate(async () => {
      const broken = {
        levelCount: 1,
        tile: () => Promise.reject(new Error('no such chunk')),
        onChange: () => () => undefined,
      };
      shown.viewer.layers = [...shown.viewer.layers, kit.layerOf('broken', broken)];
      await kit.settled();
      return shown.events
        .filter(({ type }) => type === 'layer-error')
        .map(({ detail }) => String((detail as { error: unknown }).error));
    });
    expect(new Set(errors)).toEqual(new Set(['Error: no such chunk']));
    expect((await pixel(page, 400, 300))[3]).toBe(255);
  });
});

describe.skipIf(!hasBrowser)('tools in brushwood-viewer', () => {
  it('shows the outline of the brush at the pointer', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    await useBrush(page, 61);
    await page.mouse.move(400, 300);
    await settle(page);
    const opacity = (x: number, y: number) =>
      page.evaluate(([px, py]) => kit.pixelAt(px, py, 'z', 'overlay')[3]!, [x, y] as const);
    const radius = 30.5 * (4 / 3);
    expect(await opacity(400 + radius, 300)).toBeGreaterThan(200);
    expect(await opacity(400, 300 - radius)).toBeGreaterThan(200);
    expect(await opacity(400, 300)).toBe(0);
    expect(await opacity(400 + radius + 6, 300)).toBe(0);
    await page.mouse.move(400, 5);
    await settle(page);
    expect(await opacity(400, 300 - radius)).toBe(0);
  });

  it('hands strokes to the tool and shows them in the next frame, asking for the touched tiles alone', async () => {
    const { page } = await open([1, 1, 1, 4096, 4096]);
    await page.evaluate(() => shown.viewer.resetZoom());
    await useBrush(page, 11);
    await page.mouse.move(300, 300);
    await settle(page);
    await page.evaluate(() => (shown.labels.addresses.length = 0));
    await page.mouse.down();
    await page.mouse.move(420, 300, { steps: 12 });
    await page.mouse.up();
    await settle(page);
    expect(await pixel(page, 360, 300)).toEqual([255, 225, 25, 255]);
    expect((await pixel(page, 360, 312))[0]).not.toBe(255);
    const tiles = await page.evaluate(() => shown.labels.addresses.map(({ column, row }) => `${column},${row}`));
    // 300…420 on the screen are voxels 1948…2068 around row 2048, the corner of four tiles
    expect(new Set(tiles)).toEqual(new Set(['7,7', '7,8', '8,7', '8,8']));
    const stroke = await page.evaluate(() =>
      shown.labels.strokes.map(({ points, pressure, isEraser }) => ({ points, pressure, isEraser })),
    );
    expect(stroke[0]).toEqual({ points: [{ u: 1948, v: 2048 }], pressure: 0.5, isEraser: false });
    expect(stroke.flatMap(({ points }) => points).at(-1)).toEqual({ u: 2068, v: 2048 });
  });

  it('takes a stroke back on Escape', async () => {
    const { page } = await open([1, 1, 1, 400, 600]);
    await useBrush(page, 5);
    await page.mouse.move(300, 300);
    await page.mouse.down();
    await page.mouse.move(320, 300);
    await page.keyboard.press('Escape');
    await page.mouse.move(360, 300);
    await page.mouse.up();
    const { cancelled, ups } = await page.evaluate(() => shown.labels);
    expect({ cancelled, ups }).toEqual({ cancelled: 1, ups: 0 });
  });

  it('pinches and pans with two fingers, which takes the stroke of the first one back', async () => {
    const test = await open([1, 1, 1, 400, 600], { hasTouch: true });
    const { page } = test;
    await useBrush(page, 5);
    const touch = await test.context.newCDPSession(page);
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: (readonly [number, number])[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    await send('touchStart', [350, 300]);
    await send('touchStart', [350, 300], [450, 300]);
    await send('touchMove', [300, 300], [500, 300]);
    await send('touchEnd');
    await settle(page);
    const [slice] = await view(page);
    expect(slice!.scale).toBeCloseTo(8 / 3, 6); // the fingers are twice as far apart
    expect(slice!.box.left + slice!.box.right).toBe(600); // around their middle
    expect(await page.evaluate(() => shown.labels.cancelled)).toBe(1);
  });
});
