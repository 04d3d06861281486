import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand, runJson, runOk, type CommandRun } from './command-line.ts';
import { numbersOf, readImage } from './sample-project.ts';
import { removeFolder, temporaryFolder } from './temporary-folder.ts';

/** A temporary folder in which commands are run. */
export class SampleFolder {
  readonly path: string;
  private copies = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async make(): Promise<SampleFolder> {
    return new SampleFolder(await temporaryFolder());
  }

  at(name: string): string {
    return join(this.path, name);
  }

  /** Runs a command line, words separated by single spaces, that must succeed; returns its standard output. */
  run(line: string): Promise<string> {
    return runOk(line.split(' '), this.path);
  }

  /** The same with `--json`, parsed. */
  json<T>(line: string): Promise<T> {
    return runJson<T>(line.split(' '), this.path);
  }

  /** A command line with all that it did. */
  try(line: string): Promise<CommandRun> {
    return runCommand(line.split(' '), { cwd: this.path, timeoutMs: 60_000 });
  }

  /** A fresh copy of a project, so that tests don't see each other's changes. */
  async copyOf(project: string): Promise<string> {
    const name = `copy-${this.copies++}.ilp`;
    await copyFile(this.at(project), this.at(name));
    return name;
  }

  /** The values of an image that a command wrote. */
  async values(name: string, innerPath?: string): Promise<number[]> {
    return numbersOf(await readImage(this.at(name), innerPath));
  }

  remove(): Promise<void> {
    return removeFolder(this.path);
  }
}
