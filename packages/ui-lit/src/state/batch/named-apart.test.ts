import { expect, it } from 'vitest';
import { namedApart } from './named-apart.ts';

const images = ['0/p1/a.tif', '0/p1/a.png', '0/p2/A.tif', '0/b.tif'].map((path) => ({
  nickname: path.replace(/.*\/|\..*/g, ''),
  image: { location: { path } },
}));
const namesFor = (pattern: string) => namedApart(images, { pattern }).map(({ nickname }) => nickname);

it('images whose results lie beside them keep their names, but in one folder', () => {
  expect(namesFor('{dataset_dir}/{nickname}')).toEqual(['a', 'a (2)', 'A', 'b']);
});

it('images whose results go into one folder are told apart by theirs', () => {
  expect(namesFor('{project_dir}/results/{nickname}')).toEqual(['p1_a', 'p1_a (2)', 'p2_A', 'b']);
});
