import { existsSync, statSync, type Stats } from 'node:fs';

/** What lies at a path; undefined if nothing does, also where a part of the path is a file. */
export function pathFacts(path: string): Stats | undefined {
  return existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
}
