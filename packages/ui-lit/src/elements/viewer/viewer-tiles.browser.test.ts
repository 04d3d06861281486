import type { LayerSource } from '../../view/layer.ts';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../testing/browser.ts';
import { askedTiles, openViewer, pixelOf, settle } from '../../testing/viewer-driver.ts';
import { colorAt } from '../../testing/viewer-pattern.ts';

describe.skipIf(!hasBrowser)('tiles of brushwood-viewer', () => {
  it('asks of 20,000 × 20,000 pixels for what is seen, at the level that fits', async () => {
    const { page } = await openViewer([1, 1, 1, 20_000, 20_000], { levels: 7 });
    const first = await askedTiles(page); // 0.03 pixels a voxel: level 5 (1/32), 625 pixels, 3 × 3 tiles
    expect(first.map(({ level }) => level)).toEqual(Array(9).fill(5));
    await page.evaluate(() => {
      shown.pattern.asked.length = 0;
      shown.viewer.resetZoom();
    });
    await settle(page);
    const near = await askedTiles(page); // 9600…10400 × 9700…10300 lies in columns and rows 37…40
    expect(near.map(({ level }) => level)).toEqual(Array(16).fill(0));
    const places = [37, 38, 39, 40].flatMap((column) => [37, 38, 39, 40].map((row) => `${column},${row}`));
    expect(near.map(({ at }) => at).sort()).toEqual(places.sort());
    expect(await page.evaluate(() => shown.pattern.mostPending)).toBeLessThanOrEqual(8);
    expect(await pixelOf(page, 400, 300)).toEqual([...colorAt(10_000, 10_000), 255]);
  });

  it('asks nothing again that it has', async () => {
    const { page } = await openViewer([1, 1, 1, 2000, 2000], { levels: 3 });
    await page.evaluate(() => shown.viewer.resetZoom());
    await settle(page);
    const count = (await askedTiles(page)).length;
    await page.evaluate(() => shown.viewer.fit());
    await settle(page);
    await page.evaluate(() => shown.viewer.resetZoom());
    await settle(page);
    expect((await askedTiles(page)).length).toBe(count);
  });

  it('shows the coarser level until the finer one is there', async () => {
    const { page } = await openViewer([1, 1, 1, 20_000, 20_000], { levels: 7 });
    await page.evaluate(() => {
      shown.pattern.isHeld = true;
      shown.viewer.resetZoom();
    });
    await settle(page);
    expect((await pixelOf(page, 400, 300))[2]).toBe(200); // blue tells the level: 5 × 40
    await page.evaluate(() => shown.pattern.answerAll());
    await settle(page);
    expect((await pixelOf(page, 400, 300))[2]).toBe(0);
  });

  it('takes requests back for what is not seen any more', async () => {
    const { page } = await openViewer([1, 1, 1, 20_000, 20_000], { levels: 7 });
    await page.evaluate(async () => {
      shown.pattern.asked.length = 0;
      shown.pattern.isHeld = true;
      shown.viewer.resetZoom();
      await kit.settled();
    });
    expect((await askedTiles(page)).map(({ isAborted }) => isAborted)).toEqual(Array(8).fill(false));
    await page.mouse.move(700, 500);
    await page.mouse.down();
    await page.mouse.move(20, 20, { steps: 2 });
    await page.mouse.move(700, 500);
    await page.mouse.up();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowRight');
    await settle(page);
    const late = await askedTiles(page);
    const gone = late.filter(({ at }) => Number(at.split(',')[0]) < 40);
    expect(gone.length).toBeGreaterThan(0);
    expect(gone.every(({ isAborted }) => isAborted)).toBe(true);
    expect(late.filter(({ isAborted }) => !isAborted).length).toBeLessThanOrEqual(8);
  });

  it('asks a source of full resolution alone for a bounded number of tiles, the middle first', async () => {
    const { page } = await openViewer([1, 1, 1, 20_000, 20_000], { levels: 7 });
    expect(await page.evaluate(() => shown.labels.addresses.length)).toBe(400); // of 6241
    const far = await page.evaluate(() =>
      Math.max(...shown.labels.addresses.map(({ column, row }) => Math.hypot(column - 39, row - 39))),
    );
    expect(far).toBeLessThan(12.5); // a disc of 400 tiles has a radius of 11.3
  });

  it('keeps old pixels until new ones are there', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.evaluate(async () => {
      shown.pattern.isHeld = true;
      shown.pattern.shift = 50;
      shown.pattern.change(({ column }) => column === 1);
      await kit.settled();
    });
    const blue = async (u: number) => (await pixelOf(page, (u - 300) * (4 / 3) + 400, 300))[2];
    expect(await blue(400)).toBe(0);
    await page.evaluate(() => shown.pattern.answerAll());
    await settle(page);
    expect([await blue(200), await blue(400), await blue(590)]).toEqual([0, 50, 0]);
  });

  it('tells about a layer that fails, and shows the rest', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
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
    expect((await pixelOf(page, 400, 300))[3]).toBe(255);
  });

  it('shows the slice before for a moment while the next one loads, and no longer', async () => {
    const { page } = await openViewer([1, 1, 20, 200, 300]);
    const blue = async () => {
      await settle(page);
      return (await pixelOf(page, 150, 100))[2]; // 10 times the number of the slice, modulo 8
    };
    expect(await blue()).toBe(20);
    const start = Date.now();
    await page.evaluate(() => {
      shown.pattern.isHeld = true;
      shown.viewer.position = { ...shown.viewer.position, z: 13 };
    });
    const early = await blue();
    // On a busy machine the moment of 300 ms may be over before the picture is read.
    if (Date.now() - start < 300) expect(early).toBe(20);
    await expect.poll(blue).toBe(0);
    await page.evaluate(() => shown.pattern.answerAll());
    expect(await blue()).toBe(50);
  });

  it('keeps a bounded number of bytes: what was not seen for the longest time goes first', async () => {
    const { page } = await openViewer([1, 1, 1, 64, 64]);
    const result = await page.evaluate(() => {
      const tileBytes = 4 * 256 * 256;
      const store = new kit.TileStore(10 * tileBytes);
      const plane = { axis: 'z', t: 0, index: 0 } as const;
      const source = shown.pattern;
      const add = (column: number) => {
        const address = { plane, level: 0, column, row: 0, left: 256 * column, top: 0, width: 256, height: 256 };
        store.put(store.use(source, String(column), address), new ImageData(256, 256));
        store.trim((tile) => tile.key === '1');
      };
      for (let column = 0; column < 9; column++) add(column);
      store.use(source, '2', store.find(source, '2')!.address); // seen again
      for (let column = 9; column < 12; column++) add(column);
      return {
        keys: [...store.of(source)].map(({ key }) => Number(key)).sort((a, b) => a - b),
        isWithin: store.bytes <= store.budgetBytes,
      };
    });
    // The eleventh tile made it drop the oldest down to nine tenths; 1 is wanted and 2 was seen again.
    expect(result.isWithin).toBe(true);
    expect(result.keys).toContain(1);
    expect(result.keys).toContain(2);
    expect(result.keys).not.toContain(0);
    expect(result.keys).not.toContain(3);
    expect(result.keys).toContain(11);
  });

  it('repaints all tiles in turn while a source changes without a pause', async () => {
    const { page } = await openViewer([1, 1, 1, 2048, 2048]);
    const painted = await page.evaluate(async () => {
      const listeners = new Set<Parameters<LayerSource['onChange']>[0]>();
      const unsubscribe = () => undefined;
      const seen = new Map<string, number>();
      const slow: LayerSource = {
        levelCount: 1,
        tile: ({ column, row, width, height }) => {
          const end = performance.now() + 2; // half a frame's budget for two tiles
          while (performance.now() < end);
          seen.set(`${column},${row}`, (seen.get(`${column},${row}`) ?? 0) + 1);
          return new ImageData(width, height);
        },
        onChange: (listener) => (listeners.add(listener), unsubscribe),
      };
      shown.viewer.layers = [kit.layerOf('slow', slow)];
      await new Promise((done) => setTimeout(done, 1000));
      seen.clear();
      for (let frame = 0; frame < 60; frame++) {
        for (const listener of listeners) listener(() => true);
        await new Promise((done) => requestAnimationFrame(done));
      }
      return seen.size;
    });
    expect(painted).toBe(64);
  });
});
