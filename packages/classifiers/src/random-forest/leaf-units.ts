/** Leaf probabilities are counted in units of 2⁻²⁵. */
export const unitsPerOne = 2 ** 25;

/**
 * A leaf probability as a whole number of units. The value is cast to float32 first, as vigra does; from 0.25
 * upwards that is exact, below the rounding is at most 2⁻²⁶. Sums of whole numbers do not depend on their order, so all engines
 * agree to the last bit.
 */
export function leafUnits(probability: number): number {
  return Math.round(Math.min(1, Math.fround(probability)) * unitsPerOne);
}
