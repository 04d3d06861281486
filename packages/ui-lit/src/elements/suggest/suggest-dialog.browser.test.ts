import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createExampleImage } from '../../state/example-image.ts';
import { AppDriver, type Voxel } from '../../testing/app-driver.ts';
import { findingsWithin } from '../../testing/axe.ts';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';

const size = 512;
const length = 16;

/** Where horizontal strokes lie on voxels of one kind only, far apart. */
function places(isWanted: (value: number) => boolean, count: number): Voxel[] {
  const { data } = createExampleImage(size);
  const found: Voxel[] = [];
  for (let y = 40; y < size - 40 && found.length < count; y += 20) {
    for (let x = 40; x < size - 60 && found.length < count; x += 30) {
      const isFree = Array.from({ length }, (_, i) => Number(data[y * size + x + i])).every(isWanted);
      if (isFree && found.every((other) => Math.hypot(other.x - x, other.y - y) > 60)) found.push({ x, y });
    }
  }
  return found;
}

describe.skipIf(!hasBrowser)('the suggestion of features', () => {
  let test: TestPage;
  let app: AppDriver;
  const dialog = () => test.page.locator('brushwood-suggest-dialog');
  const rows = () => dialog().locator('tbody tr');
  const accessibilityFaults = () => findingsWithin(test.page, 'brushwood-suggest-dialog');
  const ticked = () => test.page.locator('brushwood-feature-matrix input:checked').count();

  beforeAll(async () => {
    test = await openTestPage({ path: '/index.html', context: { viewport: { width: 1280, height: 800 } } });
    app = new AppDriver(test.page, [size, size]);
    await test.page.getByRole('button', { name: 'Try the example image' }).click();
    await app.step('Feature Selection');
  }, 60_000);
  afterAll(() => test.close());

  it('waits for strokes', async () => {
    expect(await test.page.getByRole('button', { name: 'Suggest features…' }).isDisabled()).toBe(true);
    await app.step('Training');
    await app.actualSize();
    const strokes = [places((value) => value < 60, 6), places((value) => value > 110, 6)];
    for (const [i, voxels] of strokes.entries()) {
      expect(voxels.length).toBeGreaterThan(3);
      await app.press(String(i + 1));
      for (const { x, y } of voxels) await app.stroke({ x, y }, { x: x + length, y });
    }
    await app.step('Feature Selection');
    await test.page.getByRole('button', { name: 'Suggest features…' }).click();
    expect(await dialog().getByRole('combobox', { name: 'Method' }).inputValue()).toBe('filter');
  }, 30_000);

  it('compares the suggested set with all features and with those that are chosen', async () => {
    await dialog()
      .getByRole('spinbutton', { name: /Number of features/ })
      .fill('4');
    await dialog().getByRole('button', { name: 'Run' }).click();
    await rows().nth(2).waitFor({ timeout: 60_000 });
    expect(await rows().locator('th').allInnerTexts()).toEqual([
      'All features',
      'Your features',
      'Filter method, 4 features',
    ]);
    const figures = await Promise.all((await rows().all()).map((row) => row.locator('td').allInnerTexts()));
    expect(figures.map(([count]) => count)).toEqual(['37', '37', '4']);
    for (const [, outOfBag, leftOut, seconds] of figures) {
      expect(Number(outOfBag)).toBeLessThan(20);
      expect(Number(leftOut)).toBeLessThan(50);
      expect(Number(seconds)).toBeGreaterThan(0);
    }
  }, 90_000);

  it('shows on the image what the chosen set gives', async () => {
    await dialog().getByText('The image shows what these features would give.').waitFor({ timeout: 60_000 });
    await test.screenshot('suggest/1-compared');
    expect(await accessibilityFaults()).toEqual([]);
    const suggested = (await app.pixels()).png;
    expect(
      await dialog()
        .getByRole('radio', { name: /Filter method/ })
        .isChecked(),
    ).toBe(true);
    await dialog().getByRole('radio', { name: 'All features' }).check();
    await dialog().getByText('The image shows what these features would give.').waitFor({ timeout: 60_000 });
    expect((await app.pixels()).png.equals(suggested)).toBe(false);
  }, 90_000);

  it('changes nothing when it is cancelled', async () => {
    await test.page.emulateMedia({ colorScheme: 'dark' });
    await test.page.setViewportSize({ width: 640, height: 400 }); // 1280 × 800 at 200 %
    // The panel is a drawer there.
    await test.page.getByRole('button', { name: 'Feature Selection', exact: true }).last().click();
    await dialog().getByRole('button', { name: 'Cancel' }).scrollIntoViewIfNeeded();
    await test.screenshot('suggest/3-small-dark');
    expect(await accessibilityFaults()).toEqual([]);
    await test.page.setViewportSize({ width: 1280, height: 800 });
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    expect(await ticked()).toBe(37);
    expect(await test.page.getByRole('checkbox', { name: /Suggested/ }).count()).toBe(0);
  }, 30_000);

  it('takes the chosen set over', async () => {
    await test.page.getByRole('button', { name: 'Suggest features…' }).click();
    await dialog().getByRole('combobox', { name: 'Method' }).selectOption('gini');
    await dialog()
      .getByRole('spinbutton', { name: /Number of features/ })
      .fill('2');
    await dialog()
      .getByRole('spinbutton', { name: /Number of features/ })
      .press('Enter');
    await dialog().getByRole('radio', { name: 'Gini importance, 2 features' }).waitFor({ timeout: 60_000 });
    await expect.poll(() => dialog().getByRole('radio', { name: /Gini/ }).isChecked()).toBe(true);
    await dialog().getByRole('button', { name: 'Use these features' }).click();
    await expect.poll(ticked).toBeLessThan(3);
    expect(await ticked()).toBeGreaterThan(0);
  }, 90_000);

  it('can be stopped', async () => {
    await test.page.getByRole('button', { name: 'Suggest features…' }).click();
    await dialog().getByRole('combobox', { name: 'Method' }).selectOption('wrapper');
    await dialog().getByRole('button', { name: 'Run' }).click();
    await dialog().getByRole('progressbar').waitFor();
    await dialog().getByRole('button', { name: 'Stop' }).click();
    await dialog().getByRole('button', { name: 'Run' }).waitFor();
    expect(await dialog().locator('.error').count()).toBe(0);
    await test.screenshot('suggest/2-stopped');
  }, 30_000);
});
