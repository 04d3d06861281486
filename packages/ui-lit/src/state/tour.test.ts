import { describe, expect, it } from 'vitest';
import { Tour, tourStops, type TourFacts } from './tour.ts';

const nothing: TourFacts = {
  stepId: 'features',
  painted: [0, 0],
  isLive: false,
  isSettled: false,
  isUncertaintyShown: false,
};

function memory() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
}

describe('Tour', () => {
  it('goes on when a person did what it says, stop by stop', () => {
    const tour = new Tour(memory());
    tour.start();
    const titles: (string | undefined)[] = [tour.stop?.title];
    const does: Partial<TourFacts>[] = [
      { stepId: 'training' },
      { painted: [12, 0] },
      { painted: [12, 9] },
      { isLive: true },
      { isSettled: true },
      { isUncertaintyShown: true },
      { stepId: 'export' },
    ];
    let facts = nothing;
    for (const did of does) {
      facts = { ...facts, ...did };
      if (tour.observe(facts)) titles.push(tour.stop?.title);
    }
    expect(titles).toEqual([...tourStops.map(({ title }) => title), undefined]);
    expect(tour.isTaken).toBe(true);
  });

  it('passes over what is done already', () => {
    const tour = new Tour(memory());
    tour.start();
    tour.observe({ ...nothing, painted: [3, 4] });
    expect(tour.stop).toBe(tourStops[3]);
  });

  it('tells all of it to somebody who wants it again', () => {
    const tour = new Tour(memory());
    const all: TourFacts = {
      stepId: 'training',
      painted: [3, 4],
      isLive: true,
      isSettled: true,
      isUncertaintyShown: false,
    };
    tour.start(all);
    tour.observe(all);
    expect(tour.stop).toBe(tourStops[0]);
    for (let i = 0; i < 4; i++) tour.next();
    expect(tour.stop).toBe(tourStops[4]);
    tour.observe({ ...all, isUncertaintyShown: true });
    expect(tour.stop).toBe(tourStops[5]);
  });

  it('does not come back once it was closed', () => {
    const kept = memory();
    const tour = new Tour(kept);
    tour.start();
    tour.close();
    expect(tour.stop).toBeUndefined();
    expect(new Tour(kept).isTaken).toBe(true);
  });

  it('works in a page that may keep nothing', () => {
    const forbidden = () => {
      throw new DOMException('denied', 'SecurityError');
    };
    const tour = new Tour({ getItem: forbidden, setItem: forbidden });
    expect(tour.isTaken).toBe(false);
    tour.start();
    tour.next();
    tour.close();
    expect(tour.index).toBeUndefined();
  });
});
