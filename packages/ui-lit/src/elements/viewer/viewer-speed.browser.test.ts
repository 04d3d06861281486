import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { hasBrowser } from '../../testing/browser.ts';
import { mainThreadTasks } from '../../testing/main-thread-tasks.ts';
import { openViewer, settle, takeBrush } from '../../testing/viewer-driver.ts';

interface Measured {
  /** Main-thread milliseconds of every pointermove, from the first listener to the last. */
  readonly moves: number[];
  /** Milliseconds of every animation frame's callback. */
  readonly frames: number[];
}

declare global {
  var measured: Measured;
}

/** Measures from outside: around the listeners of an event, and around each animation frame. */
function measure(page: Page): Promise<void> {
  return page.evaluate(() => {
    const result: Measured = { moves: [], frames: [] };
    let start = 0;
    window.addEventListener('pointermove', () => (start = performance.now()), true);
    window.addEventListener('pointermove', () => result.moves.push(performance.now() - start));
    const request = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (callback) =>
      request((time) => {
        const begin = performance.now();
        callback(time);
        result.frames.push(performance.now() - begin);
      });
    globalThis.measured = result;
  });
}

function percentile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(part * (values.length - 1))]!;
}

describe.skipIf(!hasBrowser)('speed of brushwood-viewer', () => {
  it('paints on 4096 × 4096 voxels without holding the pointer up', async () => {
    const { page } = await openViewer([1, 1, 1, 4096, 4096], { levels: 5, size: { width: 1280, height: 800 } });
    await page.evaluate(() => shown.viewer.resetZoom());
    await takeBrush(page, 61);
    await page.mouse.move(200, 400);
    await settle(page);
    await measure(page);
    const tasks = await mainThreadTasks(page, async () => {
      await page.mouse.down();
      for (let i = 0; i <= 240; i++) await page.mouse.move(200 + 3.6 * i, 400 + 250 * Math.sin(i / 12));
      await page.mouse.up();
      await settle(page);
    });
    const { moves, frames } = await page.evaluate(() => globalThis.measured);
    console.log(
      `pointer events: ${moves.length}, median ${percentile(moves, 0.5).toFixed(2)}, p95 ${percentile(moves, 0.95).toFixed(2)} ms; ` +
        `frames: ${frames.length}, median ${percentile(frames, 0.5).toFixed(2)}, p95 ${percentile(frames, 0.95).toFixed(2)} ms; ` +
        `tasks: ${tasks.length}, longest ${Math.max(...tasks).toFixed(2)} ms`,
    );
    expect(moves.length).toBeGreaterThan(100);
    expect(percentile(moves, 0.95)).toBeLessThanOrEqual(4);
    expect(tasks.length).toBeGreaterThan(250);
    expect(Math.max(...tasks)).toBeLessThanOrEqual(50);
  });

  it('pans over 20,000 × 20,000 voxels with frames that leave room', async () => {
    const { page } = await openViewer([1, 1, 1, 20_000, 20_000], { levels: 7, size: { width: 1280, height: 800 } });
    await page.evaluate(() => shown.viewer.resetZoom());
    await settle(page);
    await measure(page);
    await page.mouse.move(1200, 700);
    await page.mouse.down();
    for (let i = 0; i < 120; i++) await page.mouse.move(1200 - 9 * i, 700 - 5 * i);
    await page.mouse.up();
    await settle(page);
    const { frames } = await page.evaluate(() => globalThis.measured);
    console.log(
      `panning: frames median ${percentile(frames, 0.5).toFixed(2)}, p95 ${percentile(frames, 0.95).toFixed(2)} ms`,
    );
    expect(percentile(frames, 0.5)).toBeLessThan(16);
  });
});
