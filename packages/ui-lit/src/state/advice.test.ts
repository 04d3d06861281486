import { BrushwoodError, newProject, createContainer, planFeatures, type ErrorCode } from '@brushwood/core';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plugins } from '../plugins.ts';
import { appMessage } from './advice.ts';

/** What only somebody who types a command, or its server, can meet. */
const commandLineOnly: readonly string[] = ['output-format.ts', 'write-batch-report.ts'];

/** Errors in the source of core and of the formats whose message tells what to type: file, code and text. */
function messagesForCommandLine(): { file: string; code: ErrorCode; text: string }[] {
  const packages = fileURLToPath(new URL('../../../', import.meta.url));
  return ['core', 'io-tiff', 'io-hdf5', 'io-zarr', 'io-numpy']
    .flatMap((name) =>
      readdirSync(`${packages}${name}/src`, { recursive: true, encoding: 'utf8' }).map((path) => `${name}/src/${path}`),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .flatMap((file) => {
      const [, ...thrown] = readFileSync(`${packages}${file}`, 'utf8').split(/new BrushwoodError\(/);
      return thrown.flatMap((rest) => {
        const call = rest.slice(0, /\n\s*\);|\);\n/.exec(rest)?.index);
        const code = /^\s*'([a-z-]+)'/.exec(call)?.[1] as ErrorCode | undefined;
        return code && /\s\(?--[a-z]|brushwood [a-z]+ [A-Z]/.test(call) ? [{ file, code, text: call }] : [];
      });
    });
}

describe('appMessage', () => {
  it('says what to do in the app instead of what to type', () => {
    const { catalog } = createContainer(plugins);
    const { features } = newProject(catalog);
    const none = { ...features, selected: features.selected.map((row) => row.map(() => false)) };
    let error: unknown;
    try {
      planFeatures(none, catalog.filters, { channelCount: 1, isFlat: true });
    } catch (thrown) {
      error = thrown;
    }
    expect(appMessage(error)).toBe('The project selects no features. Tick some in Feature Selection.');
  });

  it('leaves other messages as they are', () => {
    const message = '"stack --old. Then new.tif" is no image that can be read. Choose another file.';
    expect(appMessage(new BrushwoodError('unsupported-format', message))).toBe(message);
    expect(appMessage(new Error('Choose a smaller block (--block).'))).toBe('Choose a smaller block (--block).');
  });

  it('knows by the details what to correct', () => {
    const of = (details: Record<string, number | number[]>) =>
      appMessage(new BrushwoodError('shape-mismatch', 'It differs. See --channels.', details));
    expect(of({ channels: 3 })).toContain('Choose its channels');
    expect(of({ shape: [1, 1, 1, 8, 8] })).toContain('If its axes were misread');
  });

  it('has advice for every error of core and formats that tells what to type', () => {
    const found = messagesForCommandLine();
    expect(found.length).toBeGreaterThan(8);
    const unanswered = found
      .filter(({ file }) => !commandLineOnly.some((name) => file.endsWith(name)))
      .filter(({ code }) => appMessage(new BrushwoodError(code, 'What is wrong. Use --this.')) === 'What is wrong.')
      .map(({ file, code }) => `${file}: ${code}`);
    expect(unanswered).toEqual([]);
  });
});
