import type { PipelineServices } from '@brushwood/core';
import { Option, type Command } from 'commander';
import type { CompositionOptions } from './composition-root.ts';
import { pluginAddress } from './load-plugins.ts';
import { axes, channelSelection, collect, defaultThreads, wholeNumber, type CommonOptions } from './options.ts';
import { chunkShape } from './output-options.ts';
import type { Report, ReportOptions } from './report.ts';

/** What a command needs from the process: its services, made for a number of threads, and a signal for Ctrl-C. */
export interface CommandContext {
  services(options: CompositionOptions): Promise<PipelineServices>;
  /** Where a command's words go; whoever makes it ends its progress bar when the command fails. */
  report(options: ReportOptions): Report;
  readonly signal: AbortSignal;
}

/** The options of a command with what it needs besides. */
export function runOf<T extends CommonOptions>(context: CommandContext, options: T) {
  return { ...options, signal: context.signal, report: context.report(options) };
}

/** A subcommand with the options all have. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--plugin <module>', 'load a plugin: a file or an installed package; repeat for several', collect, [])
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing but the result and errors');
}

/** Services that the caller closes; without a number of threads for commands that do no work on them. */
export function servicesOf(
  context: CommandContext,
  { plugin }: Pick<CommonOptions, 'plugin'>,
  threads = 1,
): Promise<PipelineServices> {
  return context.services({ threads, pluginAddresses: plugin.map(pluginAddress) });
}

export async function withServices(
  context: CommandContext,
  { threads, plugin }: CommonOptions,
  run: (services: PipelineServices) => Promise<void>,
): Promise<void> {
  const services = await context.services({ threads, isEager: true, pluginAddresses: plugin.map(pluginAddress) });
  try {
    await run(services);
  } finally {
    await services.pool.close();
  }
}

export const channelsOption = () =>
  new Option('--channels <channels>', 'gray (for a grey picture stored as RGB) or channel numbers from 0').argParser(
    channelSelection,
  );
export const inputAxesOption = () =>
  new Option('--input-axes <axes>', 'axes of the image, slowest first, letters of tczyx, like zyx').argParser(axes);
export const forceOption = (description: string) => new Option('--force', description);
export const threadsOption = () =>
  new Option('--threads <n>', 'worker threads').default(defaultThreads()).argParser(wholeNumber('--threads', 1, 256));
export const engineOption = () => new Option('--engine <id>', 'filter engine (see: brushwood plugins)').hideHelp();
export const logJsonOption = () =>
  new Option('--log-json', 'progress, failures and a summary as one JSON object a line on standard error');
export const stackOption = () =>
  new Option(
    '--stack_along, --stack <axis>',
    'each pattern or folder is one image whose files follow each other along z, t or c',
  ).choices(['z', 't', 'c']);

/** How the files of formats with chunks are laid out. */
export function addLayoutOptions(target: Command): Command {
  return target
    .addOption(
      new Option('--zarr-version <n>', 'of Zarr: 3 (OME-Zarr 0.5, sharded; the default) or 2 (OME-Zarr 0.4)').argParser(
        wholeNumber('--zarr-version', 2, 3),
      ),
    )
    .option('--chunk <size>', 'chunks of Zarr, one number or z,y,x (default: 64³, flat images 512²)', chunkShape)
    .option(
      '--zarr-shard <size>',
      'shards of Zarr, a multiple of the chunk (default: 128³, flat images 2048²)',
      chunkShape,
    )
    .addOption(new Option('--compression <codec>', 'of the chunks').choices(['none', 'gzip', 'zstd']));
}
