import { describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage } from '../../testing/browser.ts';
import { openViewer, pixelOf, settle, takeBrush, viewOf } from '../../testing/viewer-driver.ts';
import { colorAt } from '../../testing/viewer-pattern.ts';

describe.skipIf(!hasBrowser)('brushwood-viewer', () => {
  it('fits a 2-D image into the view and draws every pixel at its place', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]); // 4/3 screen pixels a voxel, from x = 0 and y = 33.3
    for (const [u, v] of [
      [8, 8],
      [296, 200],
      [584, 392],
      [40, 376],
    ] as const) {
      const at = await pixelOf(page, (u - 300) * (4 / 3) + 400, (v - 200) * (4 / 3) + 300);
      expect(at).toEqual([...colorAt(u, v), 255]);
    }
    expect(await pixelOf(page, 400, 20)).toEqual([0, 0, 0, 0]); // beside the image
    expect(await viewOf(page)).toEqual([
      {
        plane: { axis: 'z', t: 0, index: 0 },
        box: { left: 0, top: 0, right: 600, bottom: 400 },
        level: 0,
        scale: 4 / 3,
      },
    ]);
  });

  it('zooms with the wheel and keeps the voxel under the pointer', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.mouse.move(501, 201);
    await page.keyboard.down('Control');
    await settle(page);
    const before = await pixelOf(page, 501, 201);
    for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await settle(page);
    expect((await viewOf(page))[0]!.scale).toBeCloseTo((4 / 3) * Math.exp(0.88), 6);
    expect(await pixelOf(page, 501, 201)).toEqual(before);
    const voxels = await page.evaluate(() => shown.events.filter(({ type }) => type === 'pointer-voxel').length);
    expect(voxels).toBe(1); // the pointer stayed on its voxel
  });

  it('pans by shift-drag and middle-drag with a tool, and by a plain drag without one', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    const drag = async (button: 'left' | 'middle') => {
      await page.mouse.move(300, 300);
      await page.mouse.down({ button });
      await page.mouse.move(340, 280, { steps: 3 });
      await page.mouse.up({ button });
      await settle(page);
      return (await viewOf(page))[0]!.box;
    };
    const start = await pixelOf(page, 300, 300);
    await drag('left');
    expect(await pixelOf(page, 340, 280)).toEqual(start);
    await takeBrush(page, 9);
    await page.keyboard.down('Shift');
    await drag('left');
    await page.keyboard.up('Shift');
    const box = await drag('middle');
    expect(box.right).toBe(600 - 90); // 120 screen pixels are 90 voxels
    expect(await page.evaluate(() => shown.labels.strokes.length)).toBe(0);
  });

  it('draws on device pixels', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600], { scale: 2 });
    const size = await page.evaluate(() => {
      const canvas = shown.viewer.shadowRoot!.querySelector('canvas')!;
      return [canvas.width, canvas.height];
    });
    expect(size).toEqual([1600, 1200]);
    expect(await pixelOf(page, 400.5, 300.5)).toEqual([...colorAt(300.4, 200.4), 255]);
  });

  it('shows sharp voxels when zoomed in', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.evaluate(() => shown.viewer.zoomBy(16));
    await settle(page);
    const { scale } = (await viewOf(page))[0]!;
    const edge = 400 + (304 - 300) * scale; // the border between two colours
    expect(await pixelOf(page, edge - 1, 300)).toEqual([...colorAt(303, 200), 255]);
    expect(await pixelOf(page, edge + 1, 300)).toEqual([...colorAt(305, 200), 255]);
  });

  it('pans, zooms, fits, centres and hides what lies on the image by keys', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    const scale = async () => {
      await settle(page);
      return (await viewOf(page))[0]!.scale;
    };
    await page.evaluate(() => shown.viewer.shadowRoot!.querySelector<HTMLElement>('.stage')!.focus());
    await page.keyboard.press('w');
    expect(await scale()).toBe(1);
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    expect(await scale()).toBe(1.5625);
    await page.keyboard.press('-');
    expect(await scale()).toBe(1.25);
    await page.keyboard.press('ArrowRight');
    await settle(page);
    expect((await viewOf(page))[0]!.box.left).toBe(60); // 300 − 400 / 1.25 + 100 / 1.25
    await page.keyboard.press('c');
    await settle(page);
    expect((await viewOf(page))[0]!.box).toEqual({ left: 0, top: 0, right: 600, bottom: 400 });
    await page.keyboard.press('k');
    expect(await scale()).toBe(4 / 3);
    const bar = page.locator('.scale-bar');
    expect(await bar.isVisible()).toBe(true);
    await page.keyboard.press('h');
    expect(await bar.isVisible()).toBe(false);
  });

  it('leaves keys alone that are pressed elsewhere, until they are handed to it', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.keyboard.press('w');
    await settle(page);
    expect((await viewOf(page))[0]!.scale).toBe(4 / 3);
    const taken = await page.evaluate(async () => {
      const press = (key: string) => shown.viewer.handleKey(new KeyboardEvent('keydown', { key, cancelable: true }));
      const answers = [press('w'), press('b'), press('Escape'), press('x')];
      await kit.settled();
      return answers;
    });
    expect(taken).toEqual([true, false, false, false]);
    expect((await viewOf(page))[0]!.scale).toBe(1);
  });

  it('fits again when its size changes, unless the user chose a place', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.setViewportSize({ width: 400, height: 600 });
    await settle(page);
    expect((await viewOf(page))[0]!.scale).toBe(2 / 3);
    await page.evaluate(() => shown.viewer.zoomBy(3));
    await page.setViewportSize({ width: 500, height: 500 });
    await settle(page);
    expect((await viewOf(page))[0]!.scale).toBe(2);
  });

  it('works again after it was taken out of the page and put back', async () => {
    const { page } = await openViewer([1, 1, 1, 400, 600]);
    await page.evaluate(async () => {
      shown.viewer.remove();
      await kit.settled();
      document.body.append(shown.viewer);
      await kit.settled();
    });
    expect(await pixelOf(page, 400, 300)).toEqual([...colorAt(300, 200), 255]);
    await page.mouse.move(400, 300);
    await page.mouse.wheel(0, -100);
    await settle(page);
    expect((await viewOf(page))[0]!.scale).toBeGreaterThan(4 / 3);
  });
});

describe.skipIf(!hasBrowser)('the built library', () => {
  it('defines the viewer', async () => {
    const { page } = await openTestPage();
    const size = await page.evaluate(async () => {
      const { defineElements } = await importModule('/brushwood.js');
      defineElements();
      const viewer = document.createElement('brushwood-viewer');
      viewer.style.cssText = 'position: fixed; inset: 0';
      const shape = [1, 1, 1, 100, 200] as const;
      viewer.image = { shape, levels: [{ shape, chunkShape: shape, downsampling: [1, 1, 1, 1, 1] }] };
      document.body.append(viewer);
      const change = await new Promise<CustomEvent>((done) =>
        viewer.addEventListener('view-change', (event) => done(event as CustomEvent), { once: true }),
      );
      return change.detail.slices[0].box;
    });
    expect(size).toEqual({ left: 0, top: 0, right: 200, bottom: 100 });
  });
});
