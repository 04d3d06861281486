import { afterEach, expect, it, vi } from 'vitest';
import { appMessage } from '../state/advice.ts';
import { ExportStage } from '../state/exports/export-stage.ts';
import { privateFolder } from './private-folder.ts';

afterEach(() => vi.unstubAllGlobals());

it.each([{}, { storage: {} }, { storage: { getDirectory: async () => ({}) } }])(
  'a page that came by plain http says that it is given no files: %j',
  async (navigator) => {
    vi.stubGlobal('navigator', navigator);
    for (const attempt of [privateFolder(), ExportStage.begin()]) {
      const error: unknown = await attempt.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'unsupported' });
      expect(appMessage(error)).toMatch(/^This browser gives files only to https or localhost pages\. Open Brushwood/);
    }
  },
);
