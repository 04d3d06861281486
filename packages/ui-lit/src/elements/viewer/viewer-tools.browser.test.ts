import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../testing/browser.ts';
import { openViewer, pixelOf, settle, takeBrush, viewOf } from '../../testing/viewer-driver.ts';

describe.skipIf(!hasBrowser)('tools in brushwood-viewer', () => {
  it('shows the outline of the brush at the pointer', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await takeBrush(page, 61);
    await page.mouse.move(400, 300);
    await settle(page);
    const opacity = async (x: number, y: number) => (await pixelOf(page, x, y, { kind: 'overlay' }))[3];
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
    const { page } = await openViewer([1, 1, 1, 4096, 4096]);
    await page.evaluate(() => shown.viewer.resetZoom());
    await takeBrush(page, 11);
    await page.mouse.move(300, 300);
    await settle(page);
    await page.evaluate(() => (shown.labels.addresses.length = 0));
    await page.mouse.down();
    await page.mouse.move(420, 300, { steps: 12 });
    await page.mouse.up();
    await settle(page);
    expect(await pixelOf(page, 360, 300)).toEqual([255, 225, 25, 255]);
    expect((await pixelOf(page, 360, 312))[0]).not.toBe(255);
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
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await takeBrush(page, 5);
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
    const test = await openViewer([1, 1, 1, 400, 600], { hasTouch: true });
    const { page } = test;
    await takeBrush(page, 5);
    const touch = await test.context.newCDPSession(page);
    const send = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...points: (readonly [number, number])[]) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
    await send('touchStart', [350, 300]);
    await send('touchStart', [350, 300], [450, 300]);
    await send('touchMove', [300, 300], [500, 300]);
    await send('touchEnd');
    await settle(page);
    const [slice] = await viewOf(page);
    expect(slice!.scale).toBeCloseTo(8 / 3, 6); // the fingers are twice as far apart
    expect(slice!.box.left + slice!.box.right).toBe(600); // around their middle
    expect(await page.evaluate(() => shown.labels.cancelled)).toBe(1);
  });

  it('paints without a pointer: Alt and arrows move the crosshair, Enter uses the tool there', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await takeBrush(page, 5);
    await page.evaluate(() => shown.viewer.shadowRoot!.querySelector<HTMLElement>('.stage')!.focus());
    for (let i = 0; i < 3; i++) await page.keyboard.press('Alt+Shift+ArrowRight');
    await page.keyboard.press('Alt+ArrowUp');
    await page.keyboard.press('Enter');
    await settle(page);
    const strokes = await page.evaluate(() => shown.labels.strokes.map(({ points }) => points));
    expect(strokes).toEqual([[{ u: 330.5, v: 199.5 }]]); // from the middle voxel, 300 and 200
    expect(await pixelOf(page, 400 + 30.5 * (4 / 3), 300 - 0.5 * (4 / 3))).toEqual([255, 225, 25, 255]);
    expect(await page.evaluate(() => shown.labels.ups)).toBe(1);
  });

  it('tells the pressure of a pen', async () => {
    const test = await openViewer([1, 1, 1, 400, 600]);
    await takeBrush(test.page, 5);
    const pen = await test.context.newCDPSession(test.page);
    const send = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', x: number, force: number) =>
      pen.send('Input.dispatchMouseEvent', { type, x, y: 300, force, button: 'left', buttons: 1, pointerType: 'pen' });
    await send('mousePressed', 300, 0.25);
    await send('mouseMoved', 320, 0.75);
    await send('mouseReleased', 320, 0);
    const strokes = await test.page.evaluate(() => shown.labels.strokes.map(({ pressure }) => pressure));
    expect(strokes).toEqual([0.25, 0.75]);
  });
});
