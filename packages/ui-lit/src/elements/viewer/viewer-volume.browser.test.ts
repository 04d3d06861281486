import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../testing/browser.ts';
import { openViewer, pixelOf, positionOf, settle, viewOf } from '../../testing/viewer-driver.ts';

describe.skipIf(!hasBrowser)('brushwood-viewer of a volume', () => {
  const shape = [3, 1, 60, 200, 300] satisfies number[] as [number, number, number, number, number];
  const size = { width: 1000, height: 700 };
  /** Middle of a slice view on the page. */
  const middle = (page: Page, axis: string) =>
    page.evaluate((of) => {
      const box = shown.viewer.shadowRoot!.querySelector(`[data-axis=${of}]`)!.getBoundingClientRect();
      return { x: box.left + box.width / 2, y: box.top + box.height / 2, width: box.width };
    }, axis);
  const planes = async (page: Page) =>
    Object.fromEntries((await viewOf(page)).map(({ plane }) => [plane.axis, plane.index]));

  it('shows the three slices through its middle', async () => {
    const { page } = await openViewer(shape, { size });
    expect(await positionOf(page)).toEqual({ t: 0, z: 30, y: 100, x: 150 });
    expect(await planes(page)).toEqual({ z: 30, y: 100, x: 150 });
    const at = await middle(page, 'y');
    await page.mouse.move(at.x, at.y);
    await settle(page);
    const pointer = await page.evaluate(() => shown.events.findLast(({ type }) => type === 'pointer-voxel')!.detail);
    expect(pointer).toEqual({ position: { t: 0, z: 30, y: 100, x: 150 }, plane: { axis: 'y', t: 0, index: 100 } });
    expect((await pixelOf(page, at.x + 20, at.y, { axis: 'y' }))[2]).toBe(10 * (100 % 8));
  });

  it('walks through the slices of a view with the wheel, and through time with Shift', async () => {
    const { page } = await openViewer(shape, { size });
    const at = await middle(page, 'z');
    await page.mouse.move(at.x + 30, at.y + 30);
    await page.mouse.wheel(0, 100);
    await page.mouse.wheel(0, 100);
    await settle(page);
    expect(await planes(page)).toEqual({ z: 32, y: 100, x: 150 });
    expect((await pixelOf(page, at.x + 30, at.y + 30))[2]).toBe(0); // 32 % 8
    await page.keyboard.down('Shift');
    await page.mouse.wheel(0, 100);
    await page.keyboard.up('Shift');
    await settle(page);
    expect((await positionOf(page)).t).toBe(1);
    expect((await viewOf(page)).map(({ plane }) => plane.t)).toEqual([1, 1, 1]);
  });

  it('moves the crosshair and the other slices by a double click', async () => {
    const { page } = await openViewer(shape, { size });
    const { x, y } = await middle(page, 'z');
    const { scale } = (await viewOf(page)).find(({ plane }) => plane.axis === 'z')!;
    await page.mouse.dblclick(Math.round(x + 40.5 * scale), Math.round(y - 19.5 * scale));
    await settle(page);
    expect(await positionOf(page)).toEqual({ t: 0, z: 30, y: 80, x: 190 });
    expect(await planes(page)).toEqual({ z: 30, y: 80, x: 190 });
    // the crosshair lies on the voxel: upright through x = 190.5 in the xy view
    const line = await pixelOf(page, x + 40.5 * scale, y + 60, { kind: 'overlay' });
    expect(line[3]).toBeGreaterThan(150);
  });

  it('maximises a view by its key and its button, and shows all again', async () => {
    const { page } = await openViewer(shape, { size });
    await page.evaluate(() => shown.viewer.shadowRoot!.querySelector<HTMLElement>('[data-axis=z]')!.focus());
    await page.keyboard.press('y');
    await settle(page);
    expect((await viewOf(page)).map(({ plane }) => plane.axis)).toEqual(['y']);
    expect((await middle(page, 'y')).width).toBe(1000);
    await page.getByRole('button', { name: 'Show all views' }).click();
    await settle(page);
    expect((await viewOf(page)).length).toBe(3);
    expect(
      await page.evaluate(() =>
        shown.events.filter(({ type }) => type === 'maximize-change').map(({ detail }) => detail),
      ),
    ).toEqual([{ axis: 'y' }, { axis: null }]);
  });

  it('steps through slices by keys, sliders and numbers', async () => {
    const { page } = await openViewer(shape, { size });
    await page.evaluate(() => shown.viewer.shadowRoot!.querySelector<HTMLElement>('[data-axis=x]')!.focus());
    await page.keyboard.press('Control+ArrowUp');
    await page.keyboard.press('Control+Shift+ArrowUp');
    expect((await positionOf(page)).x).toBe(161);
    await page.keyboard.press('Shift+ArrowDown');
    expect((await positionOf(page)).x).toBe(299);
    await page.getByRole('slider', { name: 'Slice along z' }).fill('7');
    await page.getByRole('spinbutton', { name: 'Crosshair y' }).fill('900');
    await page.keyboard.press('Tab');
    expect(await positionOf(page)).toEqual({ t: 0, z: 7, y: 199, x: 299 });
    await page.getByRole('slider', { name: 'Time' }).fill('2');
    expect((await positionOf(page)).t).toBe(2);
  });

  it('follows a position that is set from outside and brings it into view', async () => {
    const { page } = await openViewer(shape, { size });
    await page.evaluate(async () => {
      shown.viewer.zoomBy(8);
      await kit.settled();
      shown.viewer.position = { t: 1, z: 5, y: 190, x: 10 };
      await kit.settled();
    });
    const slice = (await viewOf(page)).find(({ plane }) => plane.axis === 'z')!;
    expect(slice.plane).toEqual({ axis: 'z', t: 1, index: 5 });
    expect(slice.box.left <= 10 && slice.box.right > 10 && slice.box.top <= 190 && slice.box.bottom > 190).toBe(true);
    expect(await page.evaluate(() => shown.events.filter(({ type }) => type === 'position-change').length)).toBe(1); // its own start
  });

  it('keeps each view where it was while another is alone', async () => {
    const { page } = await openViewer(shape, { size });
    await page.evaluate(async () => {
      shown.viewer.zoomBy(3);
      await kit.settled();
    });
    const before = (await viewOf(page)).find(({ plane }) => plane.axis === 'z')!;
    await page.evaluate(async () => {
      shown.viewer.maximize('x');
      await kit.settled();
      shown.viewer.maximize(null);
      await kit.settled();
    });
    expect((await viewOf(page)).find(({ plane }) => plane.axis === 'z')).toEqual(before);
  });
});
