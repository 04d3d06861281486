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
});
