import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { startTestServer, type ServedFiles, type TestServer } from './test-server.ts';

const executablePath = process.env['BRUSHWOOD_CHROMIUM'] ?? '/usr/bin/chromium';
export const builtApp = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const otherHost = 'microscope.test';
const screenshots = fileURLToPath(new URL('../../../../reports/screenshots/', import.meta.url));

/** Is there a Chromium to test with? Where it is may be said by the environment variable BRUSHWOOD_CHROMIUM. */
export const hasBrowser = existsSync(executablePath);

declare global {
  /** `import()` for functions that a test hands to the page: the test runner rewrites an `import()` of their own. Default type: `/brushwood.js`. */
  function importModule<Module = typeof import('../index.ts')>(address: string): Promise<Module>;
}

export interface TestPageOptions {
  /** Serve with COOP and COEP, so that the page has shared memory; default yes. */
  readonly isolated?: boolean;
  /** False: the page comes over http from what it takes for another computer, and lacks what browsers keep for secure pages. */
  readonly isSecure?: boolean;
  /** Folder that is served; default the built app. */
  readonly root?: string;
  /** Served beside it. */
  readonly files?: ServedFiles;
  /** Where the page starts; default `/blank.html`, an empty page that can `importModule('/brushwood.js')`. */
  readonly path?: string;
  /** Of the browser context: viewport, colour scheme, … */
  readonly context?: BrowserContextOptions;
}

/** A page of a Chromium of its test file, with a server and a storage of its own. */
export interface TestPage {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly server: TestServer;
  /** Another page (tab) of the same context; its errors count too. */
  newPage(path?: string): Promise<Page>;
  /** Errors of the console and uncaught ones so far, taken out: what is left after a test makes it fail. */
  takeErrors(): string[];
  /** A picture of a page, at `reports/screenshots/NAME.png`. */
  screenshot(name: string, page?: Page): Promise<void>;
  close(): Promise<void>;
}

interface OpenPage extends TestPage {
  readonly errors: string[];
}

// A test file is a process of its own: it shares one browser among its tests.
let browser: Promise<Browser> | undefined;
const opened = new Set<OpenPage>();

afterEach(() => {
  const errors = [...opened].flatMap((page) => page.takeErrors());
  if (errors.length > 0) throw new Error(`The page complained:\n${errors.join('\n')}`);
});

afterAll(async () => {
  await Promise.all([...opened].map((page) => page.close()));
  await (await browser)?.close();
});

/** A Zarr image tells what it has by answering 404 for what it has not; a part of the app that is missing is a mistake. */
function isMissingData(text: string, url: string): boolean {
  return text.includes('status of 404') && !/\.(js|css|html|wasm)$/.test(new URL(url).pathname);
}

/** Opens a page. What the test does not close is closed after the test file. */
export async function openTestPage(options: TestPageOptions = {}): Promise<TestPage> {
  if (!existsSync(join(builtApp, 'brushwood.js'))) {
    throw new Error(`There is no ${join(builtApp, 'brushwood.js')}. Build the package before its browser tests run.`);
  }
  browser ??= chromium.launch({
    executablePath,
    args: ['--no-sandbox', `--host-resolver-rules=MAP ${otherHost} 127.0.0.1`],
  });
  const { isolated = true, isSecure = true, files, path = '/blank.html', root = builtApp } = options;
  const server = await startTestServer({ root, files, isolated });
  const context = await (await browser).newContext({
    baseURL: isSecure ? server.origin : server.origin.replace('127.0.0.1', otherHost),
    ...options.context,
  });
  const errors: string[] = [];
  context.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && !isMissingData(message.text(), url)) errors.push(`${message.text()} (${url})`);
  });
  context.on('weberror', (event) => errors.push(event.error().stack ?? event.error().message));
  const newPage = async (to = '/blank.html') => {
    const page = await context.newPage();
    await page.goto(to);
    return page;
  };
  const page = await newPage(path);
  const result: OpenPage = {
    page,
    context,
    server,
    errors,
    newPage,
    takeErrors: () => errors.splice(0),
    async screenshot(name, of = page) {
      const target = join(screenshots, `${name}.png`);
      mkdirSync(dirname(target), { recursive: true });
      await of.screenshot({ path: target });
    },
    async close() {
      if (!opened.delete(result)) return;
      await context.close();
      await server.close();
    },
  };
  opened.add(result);
  return result;
}
