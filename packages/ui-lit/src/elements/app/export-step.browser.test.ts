import { fileURLToPath } from 'node:url';
import type { PipelineServices } from '@brushwood/core';
import type { Locator } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFindings } from '../../testing/axe.ts';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';
import { bundleForTests } from '../../testing/bundle-for-tests.ts';
import type { Labeling } from '../../state/labeling.ts';

type Exports = typeof import('../../testing/exports.page.ts');

/** What the test keeps in its page. */
interface Kept {
  labeling: Labeling;
  services: PipelineServices;
}

describe.skipIf(!hasBrowser)('the export step', { timeout: 60_000 }, () => {
  let test: TestPage;
  let step: Locator;
  const field = (name: string) => step.getByRole('spinbutton', { name, exact: true });
  const button = (name: string) => step.getByRole('button', { name, exact: true });
  const unfold = (name: string) => step.locator('summary', { hasText: name }).click();
  const chosen = () => test.page.evaluate(() => (globalThis as unknown as Kept).labeling.exportDesk.chosen);

  beforeAll(async () => {
    const files = await bundleForTests({
      exports: fileURLToPath(new URL('../../testing/exports.page.ts', import.meta.url)),
    });
    const context = { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' } as const;
    test = await openTestPage({ files, context });
    await test.page.evaluate(async () => {
      const { composeServices, defineElements, Labeling } = await importModule('/brushwood.js');
      const { chosenFolder, trainPhantom } = await importModule<Exports>('/exports.js');
      defineElements();
      const services = composeServices({ workers: 2 });
      const labeling = new Labeling({ services });
      const project = await trainPhantom(services, [1, 1, 10, 60, 80]);
      const [lane] = project.lanes;
      const lanes = ['first', 'second'].map((nickname) => ({ ...lane!, rawData: { ...lane!.rawData, nickname } }));
      await labeling.openProject({ ...project, lanes });
      const labeler = document.createElement('brushwood-labeler');
      const panel = document.createElement('brushwood-export-step');
      Object.assign(labeler, { labeling, style: 'height: 900px' });
      labeler.toggleAttribute('panel-replaced', true);
      Object.assign(panel, { labeling, slot: 'panel' });
      labeler.append(panel);
      document.documentElement.style.colorScheme = 'light dark';
      document.body.style.margin = '0';
      document.body.append(labeler);
      Object.assign(globalThis, {
        labeling,
        services,
        showDirectoryPicker: () => chosenFolder('results'),
      });
    });
    step = test.page.locator('brushwood-export-step');
  }, 60_000);

  it('shows what would be written, and follows every choice', async () => {
    const cells = () => step.locator('brushwood-export-preview td').allInnerTexts();
    await expect
      .poll(cells)
      .toEqual(['first_Simple Segmentation.tif', expect.stringContaining('10 × 60 × 80'), 'uint8', '48 kB']);
    await step.getByRole('checkbox', { name: 'Probabilities' }).check();
    await button('For Python').click();
    await expect.poll(async () => (await cells())[0]).toBe('first_Probabilities.npy');
    expect((await cells())[1]).toMatch(/10 × 60 × 80 × 2\s+zyxc/);
    await unfold('Classes');
    await step.getByRole('checkbox', { name: 'blob' }).uncheck();
    await expect.poll(async () => (await cells())[1]).toMatch(/^10 × 60 × 80\s/);
    await step.getByRole('radio', { name: 'All 2 images' }).check();
    await expect.poll(async () => (await cells()).length).toBe(16);
    await test.screenshot('export/python-dark');
  });

  it('says why it cannot begin', async () => {
    await button('Custom').click();
    await step.getByRole('combobox', { name: 'Format' }).selectOption('png');
    await step.getByText('PNG holds one plane with 1 or 3 channels').first().waitFor();
    expect((await chosen()).dtype).toBe('uint8'); // as PNG has no other that is near
    expect(await button('Export').isDisabled()).toBe(true);
    await step.getByRole('combobox', { name: 'Axes' }).fill('zyq');
    await step.getByRole('combobox', { name: 'Axes' }).blur();
    await step.getByText('"q" is no axis').waitFor();
    await test.screenshot('export/problems-dark');
    await step.getByRole('combobox', { name: 'Axes' }).fill('');
    await step.getByRole('combobox', { name: 'Axes' }).blur();
    await step.getByRole('combobox', { name: 'Format' }).selectOption('hdf5');
    await expect.poll(() => button('Export').isDisabled()).toBe(false);
    await step.getByRole('combobox', { name: 'Values' }).selectOption('float32');
  });

  it('cuts out what is drawn as a box, typed, or seen', async () => {
    await unfold('Part of the image');
    await button('Draw on the image').click();
    const canvas = test.page.locator('brushwood-viewer canvas').first();
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await test.page.mouse.move(x + width / 2 - 40, y + height / 2 - 30);
    await test.page.mouse.down();
    await test.page.mouse.move(x + width / 2 + 30, y + height / 2 + 20, { steps: 4 });
    await test.page.mouse.up();
    await expect.poll(async () => Object.keys((await chosen()).cut).sort()).toEqual(['x', 'y']);
    const { cut } = await chosen();
    expect(await field('x from').inputValue()).toBe(String(cut.x![0]));
    expect(await button('Draw on the image').getAttribute('aria-pressed')).toBe('false');
    await field('z to').fill('4');
    await field('z to').blur();
    await expect.poll(async () => (await chosen()).cut.z).toEqual([undefined, 4]);
    await test.screenshot('export/cut-dark');
    expect(await accessibilityFindings(test.page)).toEqual([]);
    await field('z to').fill('11');
    await field('z to').blur();
    await step.getByText('The image has 10 along z').waitFor();
    await expect.poll(() => button('Export').isDisabled()).toBe(true);
    await button('Whole image').click();
    await expect.poll(async () => (await chosen()).cut).toEqual({});
  });

  it('keeps what is chosen with the project', async () => {
    const { settings, isDirty } = await test.page.evaluate(() => {
      const { project, session } = (globalThis as unknown as Kept).labeling;
      return { settings: project.exportSettings, isDirty: session.isDirty };
    });
    expect(settings).toMatchObject({ outputFormat: 'hdf5', filenameFormat: '{dataset_dir}/{nickname}_{result_type}' });
    expect(isDirty).toBe(true);
  });

  it('shows what is chosen, also when no folder was chosen after all, and when the last class was unticked', async () => {
    await test.page.evaluate(() =>
      Object.assign(globalThis, {
        showDirectoryPicker: () => Promise.reject(new DOMException('The user aborted a request.', 'AbortError')),
      }),
    );
    await step.getByRole('radio', { name: 'Into a folder' }).click();
    await expect.poll(() => step.getByRole('radio', { name: 'Downloads' }).isChecked()).toBe(true);
    expect(await step.getByRole('radio', { name: 'Into a folder' }).isChecked()).toBe(false);
    const ticked = step.locator('details', { hasText: 'Classes' }).getByRole('checkbox', { checked: true });
    await expect.poll(() => ticked.count()).toBe(1);
    await ticked.click();
    await expect.poll(() => ticked.count()).toBe(1);
    await test.page.evaluate(async () => {
      const { chosenFolder } = await importModule<Exports>('/exports.js');
      Object.assign(globalThis, { showDirectoryPicker: () => chosenFolder('results') });
    });
  });

  it('writes into a chosen folder, warns who closes the tab meanwhile, and lists the files', async () => {
    await step.getByRole('radio', { name: 'Into a folder' }).click();
    await step.getByText('Folder “results”').waitFor();
    const isPrevented = await test.page.evaluate(() => {
      const panel = document
        .querySelector('brushwood-export-step')!
        .shadowRoot!.querySelector('brushwood-export-panel')!;
      panel.shadowRoot!.querySelector<HTMLButtonElement>('button.start')!.click();
      const leaving = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(leaving);
      return leaving.defaultPrevented;
    });
    expect(isPrevented).toBe(true);
    await step.getByText('4 files exported.').waitFor({ timeout: 30_000 });
    await step.getByText('second_Probabilities.h5', { exact: true }).last().waitFor();
    await test.page.emulateMedia({ colorScheme: 'light' });
    await test.screenshot('export/done-light');
    expect(await accessibilityFindings(test.page)).toEqual([]);
    const isStill = await test.page.evaluate(() => {
      const leaving = new Event('beforeunload', { cancelable: true });
      window.dispatchEvent(leaving);
      return leaving.defaultPrevented;
    });
    expect(isStill).toBe(false);
  });

  it('asks once what becomes of files that exist', async () => {
    await button('Export').click();
    const dialog = test.page.getByRole('dialog');
    await dialog.getByText(/and 3 more exist in the folder/).waitFor();
    await test.screenshot('export/taken-light');
    await dialog.getByRole('combobox').selectOption('skip');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await step.getByText('left out: its files exist').first().waitFor();
    await step.getByText('0 files exported.').waitFor();
  });

  it('asks that also when another step is shown by then', async () => {
    await test.page.evaluate(() => {
      const panel = document.querySelector('brushwood-export-step')!;
      const inner = panel.shadowRoot!.querySelector('brushwood-export-panel')!;
      inner.shadowRoot!.querySelector<HTMLButtonElement>('button.start')!.click();
      panel.remove();
    });
    const dialog = test.page.getByRole('dialog');
    await dialog.getByText(/and 3 more exist in the folder/).waitFor();
    await dialog.getByRole('combobox').selectOption('skip');
    await dialog.getByRole('button', { name: 'Go on' }).click();
    const run = () => test.page.evaluate(() => (globalThis as unknown as Kept).labeling.exportDesk.run);
    await expect.poll(async () => (await run())?.endedMs).toBeGreaterThan(0);
    expect((await run())?.problem).toBeUndefined();
  });
});
