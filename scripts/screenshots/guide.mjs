import { example, volume } from './images.mjs';

/** Walks through the app as a person does, to where a picture is taken. */
export class Guide {
  page;
  #slice;

  constructor(page) {
    this.page = page;
  }

  /** Opens an image with all features: 'example' or 'volume'. */
  async open(image) {
    const { page } = this;
    if (image === 'example') {
      this.#slice = example;
      await page.getByRole('button', { name: 'Try the example image' }).click();
      await page.getByRole('button', { name: 'Close the tour' }).click();
      return;
    }
    const { file, slice } = volume();
    this.#slice = slice;
    const dialog = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Open images' }).click();
    await (await dialog).setFiles(file);
    await page.getByText('160 × 160 × 64').first().waitFor();
  }

  /** Names two classes, paints them and waits for the prediction. */
  async train() {
    const { page } = this;
    await this.step('Training');
    await this.#rename('Label 1', 'background');
    await this.#rename('Label 2', 'nuclei');
    await page.waitForTimeout(600); // a view that has just come fits itself
    await this.#middle();
    const keys = ['w', 'c', ...(this.#slice.width > 300 ? [']'] : [])];
    for (const key of keys) await page.keyboard.press(key); // one voxel on one pixel, the middle in the middle
    const { bright, dark } = this.#slice;
    await this.#paint('1', dark);
    await this.#paint('2', bright);
    await page.keyboard.press('k');
    await page.keyboard.press('l');
    await this.settled();
  }

  async step(name) {
    const button = this.page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name });
    if (await button.isDisabled()) await this.page.keyboard.press('l'); // images and features rest while live update runs
    await button.click();
  }

  /** Shows 'prediction', 'segmentation' or 'uncertainty' alone over the image. */
  async show(layer) {
    const keys = { prediction: 'p', segmentation: 's', uncertainty: 'u' };
    if (layer === 'prediction') return;
    await this.page.keyboard.press(keys.prediction); // it is shown at first
    await this.page.keyboard.press(keys[layer]);
  }

  /** Lets the app find out which features are worth their time. */
  async suggest() {
    await this.step('Feature Selection');
    await this.page.getByRole('button', { name: 'Suggest features' }).click();
    await this.page.getByRole('button', { name: 'Run', exact: true }).click();
    await this.page.getByRole('table', { name: 'Sets of features' }).waitFor();
    await this.page.getByRole('button', { name: 'Run', exact: true }).waitFor({ timeout: 120_000 }); // in place of Stop
  }

  /** Until nothing moves any more. */
  async settled() {
    const { page } = this;
    await page.mouse.move(2, 400); // no outline of the brush, and none of the focus
    await page.evaluate(() => {
      let focused = document.activeElement;
      while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
      focused?.blur();
    });
    await page.waitForTimeout(600);
    const isLive = (await page.getByRole('button', { name: 'Live update', pressed: true }).count()) > 0;
    if (isLive) await page.getByText('Up to date', { exact: true }).waitFor({ timeout: 120_000 });
    await page.waitForTimeout(900);
  }

  async #rename(name, to) {
    const field = this.page.getByRole('textbox', { name: `Name of class ${name.slice(-1)}` });
    await field.fill(to);
    await field.press('Enter');
  }

  async #paint(key, spots) {
    await this.page.keyboard.press(key);
    const { x, y } = await this.#middle();
    const { width, height } = this.#slice;
    for (const spot of spots) {
      const [left, top] = [x + spot.x - width / 2, y + spot.y - height / 2];
      await this.page.mouse.move(left - 5, top);
      await this.page.mouse.down();
      await this.page.mouse.move(left + 5, top + 1, { steps: 3 });
      await this.page.mouse.up();
    }
  }

  /** Moves the mouse to the middle of the first view. */
  async #middle() {
    const box = await this.page.locator('brushwood-viewer canvas').first().boundingBox();
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await this.page.mouse.move(middle.x, middle.y);
    return middle;
  }
}
