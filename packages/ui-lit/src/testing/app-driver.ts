import type { FileChooser, Page } from 'playwright-core';

/** A place in voxels of the shown 2-D image. */
export interface Voxel {
  readonly x: number;
  readonly y: number;
}

/** Works the app as a person does: by its buttons, keys and the mouse. The image is seen at 1:1, its middle in the middle. */
export class AppDriver {
  readonly page: Page;
  private readonly size: readonly [number, number];

  constructor(page: Page, size: readonly [number, number]) {
    this.page = page;
    this.size = size;
  }

  /** Chooses files in the dialog that a button opens. */
  async choose(button: string | RegExp, files: Parameters<FileChooser['setFiles']>[0]) {
    const dialog = this.page.waitForEvent('filechooser');
    await this.page.getByRole('button', { name: button }).first().click();
    await (await dialog).setFiles(files);
  }

  async step(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name }).click();
  }

  /** Zooms to 1:1 and centres, so that `at` knows where voxels are. */
  async actualSize(): Promise<void> {
    await this.page.waitForTimeout(300); // a view that has just come fits itself
    const box = await this.canvasBox();
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await this.press('w');
    await this.press('c');
    await this.page.waitForTimeout(150);
  }

  press(key: string): Promise<void> {
    return this.page.keyboard.press(key);
  }

  /** Centre of a voxel on the page. */
  async at({ x, y }: Voxel): Promise<[number, number]> {
    const box = await this.canvasBox();
    const [width, height] = this.size;
    return [box.x + box.width / 2 + x + 0.5 - width / 2, box.y + box.height / 2 + y + 0.5 - height / 2];
  }

  /** Draws a line with the mouse. */
  async stroke(...voxels: readonly Voxel[]): Promise<void> {
    const [first, ...rest] = await Promise.all(voxels.map((voxel) => this.at(voxel)));
    await this.page.mouse.move(...first!);
    await this.page.mouse.down();
    for (const place of rest) await this.page.mouse.move(...place, { steps: 4 });
    await this.page.mouse.up();
  }

  async startLive(): Promise<void> {
    await this.page.getByRole('button', { name: 'Live update' }).click();
    await this.settled();
  }

  /** Until the view is up to date. */
  async settled(timeout = 60_000): Promise<void> {
    await this.page.waitForTimeout(400); // the panel follows a few times a second
    await this.page.getByText('Up to date', { exact: true }).waitFor({ timeout });
  }

  /** The colours of the image on the page, RGBA, as a screenshot shows them. */
  async pixels(): Promise<{ readonly png: Buffer; readonly left: number; readonly top: number }> {
    await this.page.mouse.move(2, 2); // no outline of the brush
    await this.page.waitForTimeout(400);
    const [x, y] = await this.at({ x: 0, y: 0 });
    const [left, top] = [Math.floor(x), Math.floor(y)];
    const [width, height] = this.size;
    return { png: await this.page.screenshot({ clip: { x: left, y: top, width, height } }), left, top };
  }

  private async canvasBox() {
    const canvas = this.page.locator('brushwood-viewer canvas').first();
    await canvas.waitFor();
    const box = await canvas.boundingBox();
    if (!box) throw new Error('The viewer shows no canvas.');
    return box;
  }
}
