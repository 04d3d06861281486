/** Cells of a column's table. */
export const cellCount = 2048;
/** Thresholds of a column: a rank among them is a byte. */
export const columnThresholds = 255;
/** Numbers of a column: where the cells begin, cells per unit, thresholds, at least one NaN, filled up to 16 bytes. */
const columnNumbers = 260;

/**
 * What turns features into ranks, so that a forest compares bytes. A column holds up to 255 of the thresholds at which a forest
 * asks for one feature; features with more have several columns, those that are never asked for none. With
 * rank(v) = number of the column's thresholds t ≤ v, the question v < tₖ (k counted from 0, upwards) is rank(v) ≤ k.
 *
 * The count starts at what the table `cells` says for the cell of the value, round((v − low) · scale) in float32,
 * cut off at 0 and cellCount − 1: the thresholds in earlier cells. That is exact because each step of the formula is
 * monotone: a threshold in an earlier cell is below the value, one in a later cell above it.
 */
export interface RankTables {
  /** Per feature its first column, then the number of columns. */
  readonly columnStart: Int32Array;
  /** Per column 260 numbers: low, scale, thresholds upwards, NaN. */
  readonly columns: Float32Array;
  /** Per column 2048 counts. */
  readonly cells: Uint8Array;
}

/** Where a threshold stands. */
export interface RankedThreshold {
  readonly column: number;
  /** k above. */
  readonly position: number;
}

/**
 * @param thresholds per feature all that occur, in any order, float32 values, none NaN
 */
export function buildRankTables(thresholds: readonly ReadonlySet<number>[]): RankTables {
  const sorted = thresholds.map((values) => Float32Array.from(values).sort());
  const columnStart = new Int32Array(thresholds.length + 1);
  sorted.forEach((values, f) => {
    columnStart[f + 1] = columnStart[f]! + Math.ceil(values.length / columnThresholds);
  });
  const columnCount = columnStart[thresholds.length]!;
  const columns = new Float32Array(columnCount * columnNumbers).fill(Number.NaN);
  const cells = new Uint8Array(columnCount * cellCount);
  sorted.forEach((values, f) => {
    for (let from = 0, column = columnStart[f]!; from < values.length; from += columnThresholds, column++) {
      const own = values.subarray(from, from + columnThresholds);
      const window = chooseWindow(own);
      columns.set([window.low, window.scale, ...own], column * columnNumbers);
      fillCells(own, window, cells.subarray(column * cellCount, (column + 1) * cellCount));
    }
  });
  return { columnStart, columns, cells };
}

/** Where the threshold of a feature stands. */
export function findThreshold(tables: RankTables, feature: number, threshold: number): RankedThreshold {
  const { columns, columnStart } = tables;
  let column = columnStart[feature]!;
  while (column + 1 < columnStart[feature + 1]! && columns[(column + 1) * columnNumbers + 2]! <= threshold) column++;
  const first = column * columnNumbers + 2;
  let [low, high] = [0, columnThresholds - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (columns[first + middle]! <= threshold) low = middle;
    else high = middle - 1;
  }
  return { column, position: low };
}

interface Window {
  readonly low: number;
  readonly scale: number;
}

/** How many thresholds may lie outside the cells at either end. */
const trims = [0, 2, 8, 24];

/**
 * The part of the thresholds' range that is cut into cells. Thresholds are often dense on one side and far apart on the other; as
 * values are where thresholds are, the best window is the one in which few share a cell.
 */
function chooseWindow(thresholds: Float32Array): Window {
  const finite = thresholds.filter(Number.isFinite);
  let best = windowOf(finite, 0, 0);
  let leastCost = sharingCost(thresholds, best);
  if (leastCost < 2 * thresholds.length) return best;
  for (const below of trims) {
    for (const above of trims) {
      if (below + above > finite.length / 2) continue;
      const window = windowOf(finite, below, above);
      const cost = sharingCost(thresholds, window);
      if (cost < leastCost) [best, leastCost] = [window, cost];
    }
  }
  return best;
}

/** The window of all but some of the lowest and of the highest thresholds. */
function windowOf(finite: Float32Array, below: number, above: number): Window {
  const low = finite[below] ?? 0;
  const width = (finite.at(-1 - above) ?? 0) - low;
  return { low, scale: Math.fround(Math.min(1e38, Math.max(1e-37, (cellCount - 2) / width))) };
}

/** The sum, over all thresholds, of the thresholds in the same cell. */
function sharingCost(thresholds: Float32Array, window: Window): number {
  let cost = 0;
  let [last, sharing] = [-1, 0];
  for (const threshold of thresholds) {
    const cell = cellOf(threshold, window);
    sharing = cell === last ? sharing + 1 : 1;
    last = cell;
    // 1 + 3 + 5 + … is the square.
    cost += 2 * sharing - 1;
  }
  return cost;
}

function fillCells(thresholds: Float32Array, window: Window, cells: Uint8Array): void {
  let count = 0;
  const positions = Array.from(thresholds, (threshold) => cellOf(threshold, window));
  for (let cell = 0; cell < cellCount; cell++) {
    while (count < positions.length && positions[count]! < cell) count++;
    cells[cell] = count;
  }
}

/** The cell of a value, in the same float32 steps as the kernel's. */
function cellOf(value: number, { low, scale }: Window): number {
  const position = Math.fround(Math.fround(value - low) * scale);
  const last = cellCount - 1;
  const inside = position < last ? position : last;
  return Math.fround((inside > 0 ? inside : 0) + 2 ** 23) - 2 ** 23;
}
