import type { PipelineServices } from '@brushwood/core';
import { Option, type Command } from 'commander';
import { fileURLToPath } from 'node:url';
import {
  channelsOption,
  command,
  inputAxesOption,
  servicesOf,
  withServices,
  type CommandContext,
} from '../command-parts.ts';
import { defaultThreads, wholeNumber } from '../options.ts';
import type { Report } from '../report.ts';
import { version } from '../version.ts';

export interface UiOptions {
  readonly port?: number;
  /** False with --no-open. */
  readonly open: boolean;
  readonly json?: boolean;
  readonly inputAxes?: string;
  readonly channels?: Parameters<typeof import('../server/open-desk.ts').openDesk>[1]['channels'];
  readonly signal: AbortSignal;
  readonly report: Report;
  composeExports(): Promise<PipelineServices>;
}

/** Of a project that a page sends. */
const maxBodyBytes = 2 ** 30;

/** The app's files, beside the bundled command (`dist/bin`) and beside its modules (`dist/commands`) alike. */
const webFolder = fileURLToPath(new URL('../web/', import.meta.url));

export function addUiCommand(program: Command, context: CommandContext): void {
  command(program, 'ui [inputs...]', 'label in the browser: opens a project, or images, in the app on this computer')
    .addOption(
      new Option('--port <n>', 'of the local server (default: 8642, or a free one)').argParser(
        wholeNumber('--port', 0, 65_535),
      ),
    )
    .option('--no-open', 'do not open the browser; its address is printed')
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .addOption(
      new Option('--threads <n>', 'threads that read images')
        .default(Math.max(1, Math.floor(defaultThreads() / 2)))
        .argParser(wholeNumber('--threads', 1, 256)),
    )
    .addHelpText(
      'after',
      `
INPUTS are a project (.ilp), images, or both. Images become a new project in this folder, written when you first save.
The server answers to this computer only, and to whoever has the address it prints. It runs until Ctrl-C.

Examples:
  brushwood ui nuclei.ilp
  brushwood ui cells.tif volume.h5/raw
  brushwood ui new.ilp *.png --no-open`,
    )
    .action(async (inputs: string[], options) => {
      const report = context.report(options);
      await withServices(context, options, (services) =>
        ui(services, inputs, {
          ...options,
          signal: context.signal,
          report,
          composeExports: () => servicesOf(context, options, defaultThreads()),
        }),
      );
    });
}

/** `brushwood ui [PROJECT|IMAGES…]`: serves the app until the signal fires. */
async function ui(
  { catalog, pool }: PipelineServices,
  inputs: readonly string[],
  { port, open, json, signal, report, composeExports, ...image }: UiOptions,
): Promise<void> {
  const [{ serveInputs }, { openBrowser }] = await Promise.all([
    import('../server/serve-inputs.ts'),
    import('../server/open-browser.ts'),
  ]);
  const server = await serveInputs(inputs, {
    ...image,
    catalog,
    pool,
    composeExports,
    report,
    signal,
    version,
    maxBodyBytes,
    webFolder,
    port,
    onFault: (error) => report.warn(`A request failed by a fault of the program: ${String(error)}`),
  });
  try {
    const { url } = server.access;
    process.stdout.write(
      json ? `${JSON.stringify({ url, port: server.port, project: server.desk.location.path })}\n` : `${url}\n`,
    );
    report.note('Labels are saved from the page. Ctrl-C ends the server.');
    if (open && !(await openBrowser(server.access.issueTicketUrl()))) {
      report.note('The browser could not be opened: open the address above in it.');
    }
    await firing(signal);
  } finally {
    await server.close();
  }
}

function firing(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
