import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, NodeResult, RunOptions } from 'axe-core';
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
  const { violations } = await runAxe(page, { ...options, ...(rules && { runOnly: [...rules] }) });
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary?.split('\n')[1]?.trim()}`,
      ),
    );
}

/** All that axe-core finds in one element of a page, small things too. */
export async function findingsWithin(page: Page, element: string): Promise<string[]> {
  const { violations, passes } = await runAxe(page, { ...options, resultTypes: ['violations', 'passes'] });
  const isWithin = ({ target }: NodeResult) => target.flat().some((part) => part.includes(element));
  if (!passes.some(({ nodes }) => nodes.some(isWithin))) return [`${element} was not looked at.`];
  return violations.flatMap(({ id, nodes }) => nodes.filter(isWithin).map(({ html }) => `${id}: ${html}`));
}

async function runAxe(page: Page, given: RunOptions): Promise<AxeResults> {
  if (!(await page.evaluate(() => globalThis.axe !== undefined))) await page.evaluate(script);
  return page.evaluate((run) => globalThis.axe!.run(run), given);
}
