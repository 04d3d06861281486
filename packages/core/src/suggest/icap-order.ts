import { throwIfAborted } from '../errors.ts';
import type { Samples } from '../contracts/classifier.ts';
import { defineTask, type TaskHandler } from '../contracts/worker-pool.ts';
import { pauseForMessages } from '../workers/pause-for-messages.ts';
import { binColumn, mutualInformation, rowsOfClass, type BinnedColumn } from './mutual-information.ts';

export interface IcapInput {
  readonly samples: Samples;
  /** How many columns are wanted. */
  readonly count: number;
}

/** Orders columns by the ICAP criterion in a worker. */
export const icapOrderTask = defineTask<IcapInput, readonly number[]>('core/icap-order');

export const icapOrderHandler: TaskHandler<IcapInput, readonly number[]> = {
  task: icapOrderTask,
  run: ({ samples, count }, { signal, reportProgress }) =>
    icapOrder(samples, count, async (done) => {
      reportProgress(done, count);
      await pauseForMessages();
      throwIfAborted(signal);
    }),
};

/** A column as it is, and the rows of each class of it. */
interface Column {
  readonly all: BinnedColumn;
  readonly byClass: readonly BinnedColumn[];
  /** I(f; y). */
  readonly relevance: number;
  /** Σ max(0, I(f; g) − I(f; g | y)) over the columns g that were taken. */
  redundancy: number;
}

/**
 * Takes columns one after another, each time the one of the largest
 *
 *     J(f) = I(f; y) − Σ_{g taken} max(0, I(f; g) − I(f; g | y)),   I(f; g | y) = Σ_y p(y) I(f; g | Y = y)
 *
 * so that what a column shares with those taken before counts against it, unless the class explains it. Of equal ones the first
 * column wins. Columns are binned by their standard deviation, information is in bits (spec §B.7).
 *
 * Source: Jakulin, "Machine Learning Based on Attribute Interactions", PhD thesis, Ljubljana 2005 (interaction capping, ICAP).
 * @param onColumn awaited after each column with the number taken
 * @returns `count` columns, or all if there are fewer
 */
export async function icapOrder(
  samples: Samples,
  count: number,
  onColumn: (done: number) => Promise<void> = async () => undefined,
): Promise<number[]> {
  const shares = classShares(samples);
  const rest = new Map(readColumns(samples, shares).map((column, i) => [i, column]));
  const order: number[] = [];
  while (rest.size > 0 && order.length < count) {
    const [number, taken] = best(rest);
    rest.delete(number);
    order.push(number);
    await onColumn(order.length);
    if (order.length === count) break;
    for (const column of rest.values()) column.redundancy += Math.max(0, sharedBits(column, taken, shares));
  }
  return order;
}

function readColumns({ featureMatrix, featureCount, classIndices }: Samples, shares: readonly number[]): Column[] {
  const classes: BinnedColumn = { bins: Uint16Array.from(classIndices), binCount: shares.length };
  return Array.from({ length: featureCount }, (_, i) => {
    const all = binColumn(featureMatrix, featureCount, i);
    const byClass = shares.map((_share, value) => rowsOfClass(all, classIndices, value));
    return { all, byClass, relevance: mutualInformation(all, classes), redundancy: 0 };
  });
}

/** p(y). */
function classShares({ classIndices, classCount }: Samples): number[] {
  const shares = Array<number>(classCount).fill(0);
  for (const value of classIndices) shares[value]! += 1 / classIndices.length;
  return shares;
}

function best(rest: ReadonlyMap<number, Column>): [number, Column] {
  let winner: [number, Column] | undefined;
  let most = -Infinity;
  for (const [number, column] of rest) {
    const score = column.relevance - column.redundancy;
    if (score <= most) continue;
    most = score;
    winner = [number, column];
  }
  return winner!;
}

/** I(f; g) − I(f; g | y): negative where two columns tell more of the class together than each by itself. */
function sharedBits(f: Column, g: Column, shares: readonly number[]): number {
  const conditional = shares.reduce(
    (sum, share, value) => sum + share * mutualInformation(f.byClass[value]!, g.byClass[value]!),
    0,
  );
  return mutualInformation(f.all, g.all) - conditional;
}
