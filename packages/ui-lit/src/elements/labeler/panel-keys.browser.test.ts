import { beforeAll, describe, expect, it } from 'vitest';
import { hasBrowser, openTestPage, type TestPage } from '../../testing/browser.ts';

describe.skipIf(!hasBrowser)('keys in what takes the place of the tools', { timeout: 30_000 }, () => {
  let test: TestPage;
  const facts = () =>
    test.page.evaluate(() => {
      const { labeling } = document.querySelector('brushwood-labeler')!;
      const { project, tools, isLive } = labeling!;
      return { classes: project.classes.length, tool: tools.id, isLive };
    });

  beforeAll(async () => {
    test = await openTestPage();
    await test.page.evaluate(async () => {
      const { defineElements, addImages } = await importModule('/brushwood.js');
      defineElements();
      document.body.innerHTML = `<brushwood-labeler panel-replaced style="height: 500px">
        <form slot="panel"><input type="checkbox" aria-label="Box" />
        <label><input type="radio" name="kind" checked />One</label><label><input type="radio" name="kind" />Other</label></form>
      </brushwood-labeler>`;
      const labeler = document.querySelector('brushwood-labeler')!;
      while (!labeler.labeling) await new Promise((resolve) => setTimeout(resolve, 20));
      const tensor = { data: new Uint8Array(64 * 64), shape: [1, 1, 1, 64, 64] as const };
      await addImages(labeler.labeling, [{ path: 'dark', name: 'dark', tensor }]);
    });
    await test.page.locator('brushwood-viewer canvas').first().waitFor();
  }, 30_000);

  it('change neither classes, tool nor live update', async () => {
    await test.page.getByLabel('Box').focus();
    for (const key of ['a', 'e', 'l']) await test.page.keyboard.press(key);
    expect(await facts()).toEqual({ classes: 2, tool: 'brush', isLive: false });
  });

  it('go from one radio button to the next', async () => {
    await test.page.getByLabel('One').focus();
    await test.page.keyboard.press('ArrowDown');
    expect(await test.page.getByLabel('Other').isChecked()).toBe(true);
  });

  it('are those of the tools again when the tools are back', async () => {
    await test.page.evaluate(() => document.querySelector('brushwood-labeler')!.removeAttribute('panel-replaced'));
    await test.page.getByRole('button', { name: 'Brush', exact: true }).focus();
    await test.page.keyboard.press('e');
    expect((await facts()).tool).toBe('eraser');
  });
});
