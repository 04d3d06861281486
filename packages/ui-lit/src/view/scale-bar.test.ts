import { describe, expect, it } from 'vitest';
import { micrometersOf, scaleBar } from './scale-bar.ts';

const um = (x: number) => ({ unit: 'micrometer', x });

describe('scale bar', () => {
  it.each([
    [um(0.5), 1, '50 µm', 100], // 120 px are 60 µm
    [um(0.5), 2, '20 µm', 80],
    [um(0.5), 20, '2 µm', 80],
    [um(0.1), 64, '100 nm', 64], // 187.5 nm fit
    [um(10), 0.5, '2 mm', 100], // 2.4 mm fit
    [um(10), 1, '1 mm', 100],
    [{ unit: 'nanometer', x: 5 }, 0.5, '1 µm', 100],
    [{ unit: 'millimeter', x: 0.001 }, 1.2, '100 µm', 120],
  ])('%o at %d pixels a voxel is %s long', (size, scale, label, width) => {
    const bar = scaleBar(size, scale, 120);
    expect(bar.label).toBe(label);
    expect(bar.width).toBeCloseTo(width, 6);
  });

  it('counts pixels where the size is not known', () => {
    expect(scaleBar(undefined, 1, 120)).toEqual({ label: '100 px', width: 100 });
    expect(scaleBar({ unit: 'pixel', x: 1 }, 0.1, 120)).toEqual({ label: '1000 px', width: 100 });
  });

  it('keeps units it does not know', () => {
    expect(scaleBar({ unit: 'furlong', x: 2 }, 1, 120).label).toBe('200 furlong');
  });

  it('is 1, 2 or 5 times a power of ten, never wider than allowed and at least 40 % of it', () => {
    for (let scale = 0.001; scale < 200; scale *= 1.13) {
      const { width, label } = scaleBar(um(0.325), scale, 120);
      expect(width).toBeLessThanOrEqual(120 + 1e-6);
      expect(width).toBeGreaterThanOrEqual(48 - 1e-6);
      expect(label).toMatch(/^(0\.)?0*[125]0* (nm|µm|mm|m)$/);
    }
  });
});

describe('micrometersOf', () => {
  it('tells the width of a voxel from any unit of length, and nothing for pixels', () => {
    const widths = (['micrometer', 'nanometer', 'millimeter', 'pixel'] as const).map((unit) =>
      micrometersOf({ unit, x: 0.25 }),
    );
    expect(widths).toEqual([0.25, 0.00025, 250, undefined]);
    expect(micrometersOf(undefined)).toBeUndefined();
  });
});
