import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import type { ViewChangeDetail, VisibleSlice } from '../elements/viewer/viewer-events.ts';
import type { Point5 } from '../view/layer.ts';
import { openTestPage, type TestPage } from './browser.ts';
import { bundleForTests } from './bundle-for-tests.ts';

type PageModule = typeof import('./viewer.page.ts');
type Shown = import('./viewer.page.ts').Shown;

declare global {
  /** On the page: what `showViewer` made, and the module it comes from. */
  var shown: Shown;
  var kit: PageModule;
}

let files: Promise<Record<string, Uint8Array>> | undefined;

export interface ViewerSetup {
  readonly levels?: number;
  /** Device pixels per CSS pixel. */
  readonly scale?: number;
  readonly size?: { readonly width: number; readonly height: number };
  readonly hasTouch?: boolean;
  readonly colorScheme?: 'light' | 'dark';
}

/** A page that is filled by a viewer of a synthetic picture of a `tczyx` shape. */
export async function openViewer(
  shape: [number, number, number, number, number],
  setup: ViewerSetup = {},
): Promise<TestPage> {
  const { levels = 1, scale = 1, size = { width: 800, height: 600 }, hasTouch = false, colorScheme = 'light' } = setup;
  files ??= bundleForTests({ viewer: fileURLToPath(new URL('./viewer.page.ts', import.meta.url)) });
  const context = { viewport: size, deviceScaleFactor: scale, hasTouch, colorScheme };
  const test = await openTestPage({ files: await files, context });
  await test.page.evaluate(
    async ([ofShape, count]) => {
      document.documentElement.style.colorScheme = 'light dark';
      globalThis.kit = await importModule<PageModule>('/viewer.js');
      kit.showViewer(ofShape, count, { unit: 'micrometer', x: 0.5, y: 0.5 });
      await kit.settled();
    },
    [shape, levels] as const,
  );
  return test;
}

/** Waits until what changed is drawn. */
export function settle(page: Page): Promise<void> {
  return page.evaluate(() => kit.settled());
}

/** RGBA of a canvas at a place of the page. */
export function pixelOf(
  page: Page,
  x: number,
  y: number,
  { axis = 'z', kind = 'picture' as 'picture' | 'overlay' } = {},
) {
  return page.evaluate(([px, py, ofAxis, ofKind]) => kit.pixelAt(px, py, ofAxis, ofKind), [x, y, axis, kind] as const);
}

/** What the last `view-change` told. */
export function viewOf(page: Page): Promise<readonly VisibleSlice[]> {
  return page.evaluate(() => {
    const change = shown.events.findLast(({ type }) => type === 'view-change');
    return (change!.detail as ViewChangeDetail).slices;
  });
}

export function positionOf(page: Page): Promise<Point5> {
  return page.evaluate(() => shown.viewer.position);
}

/** The tiles that the picture was asked for, oldest first. */
export function askedTiles(page: Page) {
  return page.evaluate(() =>
    shown.pattern.asked.map(({ address, signal }) => ({
      level: address.level,
      at: `${address.column},${address.row}`,
      slice: `${address.plane.axis}${address.plane.index}`,
      isAborted: signal.aborted,
    })),
  );
}

/** Gives the viewer a round brush that paints labels. */
export function takeBrush(page: Page, diameter: number): Promise<void> {
  return page.evaluate(async (size) => {
    shown.viewer.tool = shown.labels.tool(size);
    await kit.settled();
  }, diameter);
}
