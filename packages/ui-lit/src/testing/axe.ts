import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';

const script = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare global {
  var axe: { run(options: RunOptions): Promise<AxeResults> } | undefined;
}

const options: RunOptions = {
  resultTypes: ['violations'],
  // What WCAG 2.2 asks for, levels A and AA, and what is good practice besides.
  preload: false,
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};

/**
 * What axe-core finds serious or critical on a page as it is now: one line for each element, rule first.
 * @param rules only these, by id or tag; for example what another colour scheme can change
 */
export async function accessibilityFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => globalThis.axe !== undefined))) await page.evaluate(script);
  const { violations } = await page.evaluate((given) => globalThis.axe!.run(given), {
    ...options,
    ...(rules && { runOnly: [...rules] }),
  });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`,
      ),
    );
}
