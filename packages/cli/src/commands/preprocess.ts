import { BrushwoodError, setNormalization, type Catalog, type Normalization } from '@brushwood/core';
import { editProject, loadProject } from '../project-file.ts';
import type { Report } from '../report.ts';

/** Percentiles that leave out hot and dead pixels. */
const defaultPercentiles = [1, 99] as const;

/** `brushwood preprocess P.ilp [--normalize METHOD]`: shows and sets what happens to intensities before features are computed. */
export async function preprocess(
  catalog: Catalog,
  path: string,
  { normalize, report }: { normalize?: string; report: Report },
): Promise<void> {
  const project =
    normalize === undefined
      ? await loadProject(catalog, path, { report })
      : await editProject(catalog, path, (before) => setNormalization(before, parseNormalization(normalize)), {
          report,
        });
  const { normalization } = project;
  report.result(describe(normalization), { normalization: normalization ?? null });
}

/**
 * `none`, `percentile`, `percentile:0.5:99.5`, `z-score` or `equalize`.
 * @throws 'invalid-parameter'
 */
export function parseNormalization(text: string): Normalization | undefined {
  const [method, ...numbers] = text.split(':');
  if (method === 'percentile' && (numbers.length === 0 || numbers.length === 2)) {
    const [low, high] =
      numbers.length === 0 ? defaultPercentiles : numbers.map((part) => (part === '' ? NaN : Number(part)));
    return { method, low: low!, high: high! };
  }
  if (numbers.length === 0) {
    if (method === 'none') return undefined;
    if (method === 'z-score' || method === 'equalize') return { method };
  }
  throw new BrushwoodError(
    'invalid-parameter',
    `--normalize takes none, percentile, percentile:LOW:HIGH (default 1 and 99), z-score or equalize; got "${text}".`,
  );
}

function describe(normalization: Normalization | undefined): string {
  switch (normalization?.method) {
    case undefined:
      return 'Intensities are used as they are.';
    case 'percentile':
      return `Each image is normalised: percentile ${normalization.low} becomes 0, percentile ${normalization.high} becomes 1.`;
    case 'z-score':
      return 'Each image is normalised: its mean becomes 0, its standard deviation 1.';
    case 'equalize':
      return 'Each image is normalised: its histogram is equalised.';
  }
}
