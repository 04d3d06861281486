import { join } from 'node:path';
import { readLabels, wholeRoi, type Labels, type Shape5 } from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { AppDriver } from './testing/app-driver.ts';
import { hasBrowser, openTestPage, type TestPage } from './testing/browser.ts';
import { sampleFolder, writeImage } from './testing/sample-images.ts';

const [width, height, depth] = [200, 160, 9];

/** An image whose intensity is its column. */
function ramp(slices: number) {
  const shape: Shape5 = [1, 1, slices, height, width];
  return { data: Uint8Array.from({ length: slices * height * width }, (_, i) => i % width), shape };
}

/** Labels of the shown image, dense. */
async function labelsOf(test: TestPage): Promise<Uint8Array> {
  const plain = await test.page.evaluate(() => {
    const app = document.querySelector('brushwood-app')!;
    const { shape, chunkShape, chunks } = app.shadowRoot!.querySelector('brushwood-labeler')!.labels!;
    return {
      shape,
      chunkShape,
      chunks: [...chunks].map(
        ([index, data]) => [index, new TextDecoder().decode(data.map((value) => value + 48))] as const,
      ),
    }; // as digits
  });
  const chunks = new Map(plain.chunks.map(([index, data]) => [index, Uint8Array.from(data, Number)]));
  const labels: Labels = { ...plain, chunks };
  return readLabels(labels, wholeRoi(labels.shape));
}

/** Voxels of a slice with a label, as `x,y`. */
function voxelsOf(values: Uint8Array, label: number, z = 0): { x: number; y: number }[] {
  const slice = values.subarray(z * width * height, (z + 1) * width * height);
  return [...slice.keys()].filter((i) => slice[i] === label).map((i) => ({ x: i % width, y: Math.floor(i / width) }));
}

/** Is everything well inside a box painted, and nothing well outside? A pointer is known to a voxel. */
function expectBox(values: Uint8Array, label: number, [left, top, right, bottom]: readonly number[]): void {
  const found = voxelsOf(values, label);
  const isOut = ({ x, y }: { x: number; y: number }) =>
    x < left! - 1 || x > right! + 1 || y < top! - 1 || y > bottom! + 1;
  expect(found.filter(isOut)).toEqual([]);
  const inner = found.filter(({ x, y }) => x > left! && x < right! && y > top! && y < bottom!);
  expect(inner).toHaveLength((right! - left! - 1) * (bottom! - top! - 1));
}

describe.skipIf(!hasBrowser)('a person who labels with more than a brush', () => {
  let test: TestPage;
  let app: AppDriver;
  let folder: string;

  beforeAll(async () => {
    folder = await sampleFolder();
    const files = [
      await writeImage(join(folder, 'first.tif'), ramp(1)),
      await writeImage(join(folder, 'second.tif'), ramp(1)),
    ];
    test = await openTestPage({
      path: '/index.html',
      context: { viewport: { width: 1280, height: 900 }, hasTouch: true },
    });
    app = new AppDriver(test.page, [width, height]);
    await app.choose('Open images', files);
    await test.page.getByText('200 × 160').first().waitFor();
    await app.step('Training');
    await app.actualSize();
  }, 60_000);

  it('paints what is drawn around with the outline tool', async () => {
    await app.press('o');
    await app.stroke({ x: 20, y: 20 }, { x: 60, y: 20 }, { x: 60, y: 50 }, { x: 20, y: 50 });
    expectBox(await labelsOf(test), 1, [20, 20, 60, 50]);
  }, 30_000);

  it('closes clicked corners by Enter, after taking one back, and undoes it in one step', async () => {
    const before = await labelsOf(test);
    await app.press('2');
    for (const corner of [
      { x: 100, y: 20 },
      { x: 140, y: 20 },
      { x: 140, y: 60 },
      { x: 100, y: 60 },
      { x: 190, y: 150 },
    ])
      await app.stroke(corner); // prettier-ignore
    await app.press('Backspace');
    await test.page.mouse.move(...(await app.at({ x: 90, y: 90 })));
    await test.screenshot('app/tools-outline-light');
    await app.press('Enter');
    expectBox(await labelsOf(test), 2, [100, 20, 140, 60]);
    await app.press('Control+z');
    expect(Buffer.compare(await labelsOf(test), before)).toBe(0);
    await app.press('Control+y');
  }, 30_000);

  it('draws around things with a finger and with a pen', async () => {
    const devices = await test.context.newCDPSession(test.page);
    const around = async (left: number, top: number) =>
      Promise.all(
        [
          [left, top],
          [left + 20, top],
          [left + 20, top + 20],
          [left, top + 20],
        ].map(([x, y]) => app.at({ x: x!, y: y! })),
      ); // prettier-ignore
    const finger = await around(20, 100);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: readonly [number, number]) =>
      devices.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [{ x: at[0], y: at[1] }] : [] });
    await touch('touchStart', finger[0]!);
    for (const place of finger.slice(1)) await touch('touchMove', place);
    await touch('touchEnd');
    const drawn = await around(60, 100);
    const pen = (type: 'mousePressed' | 'mouseMoved' | 'mouseReleased', [x, y]: readonly [number, number]) =>
      devices.send('Input.dispatchMouseEvent', {
        type,
        x,
        y,
        force: 0.5,
        button: 'left',
        buttons: 1,
        pointerType: 'pen',
      });
    await pen('mousePressed', drawn[0]!);
    for (const place of drawn.slice(1)) await pen('mouseMoved', place);
    await pen('mouseReleased', drawn[3]!);
    const below = (await labelsOf(test)).fill(0, 0, 80 * width);
    const [byFinger, byPen] = [below.slice(), below.slice()];
    byFinger.forEach((_, i) => (i % width > 50 ? (byFinger[i] = 0) : (byPen[i] = 0)));
    expectBox(byFinger, 2, [20, 100, 40, 120]);
    expectBox(byPen, 2, [60, 100, 80, 120]);
  }, 30_000);

  it('paints with the threshold brush only where the intensity lies in the range', async () => {
    const before = await labelsOf(test);
    await app.press('r');
    const end = (name: string) =>
      test.page.getByRole('spinbutton', { name: `${name} brightness that is painted, as a number` });
    await end('Lowest').fill('110');
    await end('Lowest').press('Enter');
    await end('Highest').fill('150');
    await end('Highest').press('Enter');
    await test.page.getByRole('spinbutton', { name: 'Brush size in pixels' }).fill('11');
    await test.page.getByRole('spinbutton', { name: 'Brush size in pixels' }).press('Enter');
    await test.page.evaluate(() => {
      const times: number[] = ((globalThis as { pointerTimes?: number[] }).pointerTimes = []);
      let start = 0;
      addEventListener('pointermove', () => (start = performance.now()), { capture: true });
      addEventListener('pointermove', () => times.push(performance.now() - start));
    });
    const back = [
      { x: 90, y: 130 },
      { x: 130, y: 130 },
      { x: 170, y: 130 },
      { x: 130, y: 131 },
    ]; // prettier-ignore
    await app.stroke(...back, ...back, ...back, ...back, { x: 95, y: 131 });
    const found = voxelsOf(await labelsOf(test), 2).filter(({ y }) => y > 121);
    expect(found.filter(({ x }) => x < 110 || x > 150)).toEqual([]);
    const row = found.filter(({ y }) => y === 130).map(({ x }) => x);
    expect(row).toEqual(Array.from({ length: 41 }, (_, i) => 110 + i));
    await test.screenshot('app/tools-threshold-light');
    await app.press('Control+z');
    expect(Buffer.compare(await labelsOf(test), before)).toBe(0);
    const times = await test.page.evaluate(() => (globalThis as { pointerTimes?: number[] }).pointerTimes!);
    expect(times.length).toBeGreaterThan(20);
    expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThan(50); // milliseconds
  }, 30_000);

  it('changes brightness by dragging with the window level tool', async () => {
    const black = test.page.getByRole('spinbutton', { name: 'Black of' });
    const white = test.page.getByRole('spinbutton', { name: 'White of' });
    expect([await black.inputValue(), await white.inputValue()]).toEqual(['0', '255']);
    await app.press('t');
    await app.stroke({ x: 20, y: 80 }, { x: 170, y: 80 }); // 150 to the right: twice as wide around 127.5
    await expect.poll(async () => [await black.inputValue(), await white.inputValue()]).toEqual(['-127.5', '382.5']);
  }, 30_000);

  it('lists strokes, leads to one of another image, and deletes one with undo', async () => {
    const page = test.page;
    await app.press('b');
    await page.getByText('Strokes', { exact: true }).click();
    const rows = page.locator('brushwood-label-explorer li');
    await expect.poll(() => rows.count()).toBe(4);
    await test.screenshot('app/tools-explorer-light');
    const before = await labelsOf(test);
    await rows.nth(3).getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => rows.count()).toBe(3);
    await app.press('Control+z');
    await expect.poll(() => rows.count()).toBe(4);
    expect(Buffer.compare(await labelsOf(test), before)).toBe(0);
    await page.getByRole('combobox', { name: 'Image', exact: true }).selectOption({ label: 'second' });
    await app.actualSize();
    await app.stroke({ x: 150, y: 100 }, { x: 160, y: 100 });
    await expect.poll(() => rows.count()).toBe(5);
    await rows.getByRole('button', { name: 'Go to Label 1, first: x 39 y 34, 1,200 px' }).click();
    // the middle of the view is the middle of the stroke: its right edge is half of the view away
    const shown = () =>
      page.evaluate(() => {
        const labeler = document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!;
        const { laneIndex, slices } = labeler.labeling!;
        const { clientWidth } = labeler.shadowRoot!.querySelector('brushwood-viewer')!;
        const slice = slices[0] as ((typeof slices)[number] & { readonly scale: number }) | undefined;
        const middle = slice ? slice.box.right - clientWidth / 2 / slice.scale : 0;
        return { laneIndex, isCentred: Math.abs(middle - 39.5) <= 1 };
      });
    await expect.poll(shown).toEqual({ laneIndex: 0, isCentred: true });
    await test.screenshot('app/tools-jump-light');
  }, 30_000);
});

describe.skipIf(!hasBrowser)('a person who labels slices of a volume', () => {
  let test: TestPage;
  let app: AppDriver;
  const box = [
    { x: 40, y: 40 },
    { x: 80, y: 40 },
    { x: 80, y: 80 },
    { x: 40, y: 80 },
  ]; // prettier-ignore
  const labelled = async () => {
    const values = await labelsOf(test);
    return Array.from({ length: depth }, (_, z) => voxelsOf(values, 1, z).length);
  };
  const goBy = async (steps: number) => {
    for (let i = 0; i < Math.abs(steps); i++) await app.press(steps > 0 ? 'Control+ArrowUp' : 'Control+ArrowDown');
  };
  const sliceShown = () =>
    test.page.evaluate(
      () =>
        document.querySelector('brushwood-app')!.shadowRoot!.querySelector('brushwood-labeler')!.labeling!.slices[0]!
          .plane.index,
    ); // prettier-ignore

  beforeAll(async () => {
    const file = await writeImage(join(await sampleFolder(), 'volume.tif'), ramp(depth));
    const context = { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' } as const;
    test = await openTestPage({ path: '/index.html', context });
    app = new AppDriver(test.page, [width, height]);
    await app.choose('Open images', file);
    await test.page.getByText('200 × 160 × 9').first().waitFor();
    await app.step('Training');
    await app.press('z');
    await app.actualSize();
  }, 60_000);

  it('fills a class between two painted slices, and takes it back in one step', async () => {
    await app.press('o');
    await goBy(-2); // from the middle, 4
    await app.stroke(...box);
    await goBy(4);
    await app.stroke(...box);
    await goBy(-2);
    const before = await labelsOf(test);
    const count = voxelsOf(before, 1, 2).length;
    expect(count).toBeGreaterThan(1500);
    expect(await labelled()).toEqual([0, 0, count, 0, 0, 0, count, 0, 0]);
    await app.press('m');
    await expect.poll(labelled).toEqual([0, 0, count, count, count, count, count, 0, 0]);
    await test.screenshot('app/tools-interpolated-dark');
    await app.press('Control+z');
    expect(Buffer.compare(await labelsOf(test), before)).toBe(0);
  }, 30_000);

  it('copies labels to the next slice by a key and by a button, and goes there', async () => {
    const before = await labelsOf(test);
    const count = voxelsOf(before, 1, 2).length;
    await goBy(2);
    await app.press('d');
    await expect.poll(sliceShown).toBe(7);
    expect(await labelled()).toEqual([0, 0, count, 0, 0, 0, count, count, 0]);
    await test.page.getByRole('button', { name: 'Copy to next slice' }).click();
    await expect.poll(sliceShown).toBe(8);
    expect(await labelled()).toEqual([0, 0, count, 0, 0, 0, count, count, count]);
    expect(await test.page.getByRole('button', { name: 'Copy to next slice' }).isDisabled()).toBe(true);
    await app.press('Control+z');
    await app.press('Control+z');
    expect(Buffer.compare(await labelsOf(test), before)).toBe(0);
  }, 30_000);

  it('is told what to paint where there is nothing to fill', async () => {
    await app.press('2');
    await app.press('m');
    const message = test.page.getByRole('alert');
    await expect
      .poll(() => message.innerText())
      .toContain('Nothing to fill: paint "Label 2" on a slice before this one');
    await test.screenshot('app/tools-nothing-to-fill-dark');
  }, 30_000);
});
