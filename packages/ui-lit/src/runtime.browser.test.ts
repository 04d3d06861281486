import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createContainer, pipelineServices, registerWorkers } from '@brushwood/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { plugins } from './plugins.ts';
import { hasBrowser, openTestPage } from './testing/browser.ts';
import { bundleForTests } from './testing/bundle-for-tests.ts';
import { predictPhantom } from './testing/runtime.page.ts';

const pageModule = (name: string) => fileURLToPath(new URL(`./testing/${name}.page.ts`, import.meta.url));
type Runtime = typeof import('./testing/runtime.page.ts');
type PoolChecks = typeof import('./testing/pool-checks.page.ts');

let files: Record<string, Uint8Array> = {};
beforeAll(async () => {
  if (hasBrowser) {
    files = await bundleForTests({ runtime: pageModule('runtime'), 'pool-checks': pageModule('pool-checks') });
  }
});

describe.skipIf(!hasBrowser).each([
  { isolated: true, isSecure: true },
  { isolated: false, isSecure: true },
  { isolated: false, isSecure: false },
])('the library in a page of Chromium, isolated: $isolated, secure: $isSecure', ({ isolated, isSecure }) => {
  it('trains and predicts in web workers what Node does inline', async () => {
    const container = createContainer(plugins);
    registerWorkers(container);
    const expected = await predictPhantom(pipelineServices(container));
    const { page } = await openTestPage({ isolated, isSecure, files });
    const found = await page.evaluate(async () => {
      const { composeServices } = await importModule('/brushwood.js');
      const { predictPhantom } = await importModule<Runtime>('/runtime.js');
      const services = composeServices({ workers: 2 });
      const tensor = await predictPhantom(services);
      await services.pool.close();
      return { isIsolated: crossOriginIsolated, isSecureContext, ...tensor };
    });
    expect([found.isIsolated, found.isSecureContext]).toEqual([isolated, isSecure]);
    expect(found.shape).toEqual(expected.shape);
    expect(hashOf(found.data)).toBe(hashOf(expected.data));
  });

  it('keeps to the rules of a worker pool', async () => {
    const { page } = await openTestPage({ isolated, isSecure, files });
    const failures = await page.evaluate(async () => {
      const { checkNames, runCheck } = await importModule<PoolChecks>('/pool-checks.js');
      const failed: string[] = [];
      for (const name of checkNames) await runCheck(name).catch((error) => failed.push(`${name}: ${error}`));
      return failed;
    });
    expect(failures).toEqual([]);
  });
});

function hashOf(data: ArrayBufferView): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
}
