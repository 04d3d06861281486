import { dtypes, pixelExportSources, type PipelineServices } from '@brushwood/core';
import { Command, Help, Option } from 'commander';
import { classActions } from './commands/classes.ts';
import { laneActions } from './commands/lanes.ts';
import {
  axes,
  blockShape,
  memorySize,
  channelSelection,
  collect,
  collectList,
  defaultThreads,
  optionValues,
  sourceList,
  valueMap,
  wholeNumber,
  type CommonOptions,
} from './options.ts';
import type { CompositionOptions } from './composition-root.ts';
import { loadPlugins, pluginAddress } from './load-plugins.ts';
import type { Report, ReportOptions } from './report.ts';
import { version } from './version.ts';

/** What a command needs from the process: its services, made for a number of threads, and a signal for Ctrl-C. */
export interface CommandContext {
  services(options: CompositionOptions): Promise<PipelineServices>;
  /** Where a command's words go; whoever makes it ends its progress bar when the command fails. */
  report(options: ReportOptions): Report;
  readonly signal: AbortSignal;
}

const exportSources = pixelExportSources.map((source) => source.id);
const defaultSources = exportSources.slice(0, 1);

/** The command line. Parsing throws commander's errors; nothing here exits. */
export function createProgram(context: CommandContext): Command {
  const program = new Command('brushwood')
    .description('A few brush strokes, a forest, a segmented image: pixel classification for microscopy.')
    .version(version)
    .showHelpAfterError('(brushwood --help lists the commands, brushwood COMMAND --help their options)')
    .exitOverride();
  const help = new Help();
  program.configureHelp({
    // An option that collects values starts with none: nobody needs to read "(default: [])".
    optionDescription: (option) =>
      Array.isArray(option.defaultValue) && option.defaultValue.length === 0
        ? option.description
        : help.optionDescription(option),
  });
  addProjectCommands(program, context);
  addModelCommands(program, context);
  addInspectionCommands(program, context);
  program.addHelpText(
    'after',
    `
An image is a file or a dataset in one, like stack.h5/volume/data. How to go on: brushwood COMMAND --help.

Example:
  brushwood create nuclei.ilp --image cells.tif --class background --class nucleus
  brushwood label nuclei.ilp --labels strokes.png
  brushwood features nuclei.ilp --all
  brushwood train nuclei.ilp
  brushwood predict nuclei.ilp other/*.tif -o out/{nickname}_{result_type}.png --source segmentation`,
  );
  return program;
}

function addProjectCommands(program: Command, context: CommandContext): void {
  command(program, 'create <project>', 'make a new project')
    .option('--image <file...>', 'images of the project', collect, [])
    .option('--class <name>', 'a class; repeat for several (default: Label 1, Label 2)', collect, [])
    .option('--copy', 'keep the images inside the project file')
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .addOption(forceOption('replace an existing project'))
    .action(async (project: string, options) => {
      const { create } = await import('./commands/create.ts');
      await create(await servicesOf(context, options), project, runOf(context, options));
    });
  command(program, 'lanes <project> [action...]', 'list or change the images of a project')
    .addHelpText('after', actionsHelp(laneActions, 'LANE is a nickname or a number from 0; without ACTION lists them.'))
    .option('--copy', 'keep added images inside the project file')
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .action(async (project: string, action: string[], options) => {
      const { lanes } = await import('./commands/lanes.ts');
      await lanes(await servicesOf(context, options), project, action, runOf(context, options));
    });
  command(program, 'classes <project> [action...]', 'list or change the classes')
    .addHelpText(
      'after',
      actionsHelp(
        classActions,
        'CLASS is a name or a number from 1, COLOR #rrggbb or R,G,B; without ACTION lists them.',
      ),
    )
    .action(async (project: string, action: string[], options) => {
      const { classes } = await import('./commands/classes.ts');
      await classes(await servicesOf(context, options), project, action, context.report(options));
    });
  command(program, 'label <project>', 'import or export the labels of an image')
    .option('--labels <image>', 'label image: 0 = none, 1…n = class, or RGB colours of the classes')
    .option('--format <id>', 'file format of the export (default: by its extension)')
    .option('--export <file>', 'write the labels to this file')
    .option('--lane <lane>', 'image of the project, by nickname or number from 0', '0')
    .option('--merge', 'keep labels where the label image is 0 (default: replace all labels of the image)')
    .option('--map <pairs>', 'labels of other values, like 0=1,255=2', valueMap)
    .addOption(inputAxesOption())
    .addOption(forceOption('replace an existing file'))
    .action(async (project: string, options) => {
      const { label } = await import('./commands/label.ts');
      await label(await servicesOf(context, options), project, runOf(context, options));
    });
  command(program, 'features <project>', 'show or set the features: filters × sigmas')
    .option('--all', 'select everything')
    .option('--select <filter:sigma>', 'select one cell, like GaussianSmoothing:1.6; repeat for several', collect, [])
    .option('--clear', 'start from nothing selected')
    .option('--2d', 'filter every z slice by itself')
    .option('--3d', 'filter volumes in 3-D')
    .option('--list', 'list the names of the feature channels')
    .action(async (project: string, options) => {
      const { features } = await import('./commands/features.ts');
      const twoD = options['2d'] ? true : options['3d'] ? false : undefined;
      await features(await servicesOf(context, options), project, {
        ...options,
        twoD,
        report: context.report(options),
      });
    });
}

function addModelCommands(program: Command, context: CommandContext): void {
  command(program, 'train <project>', 'learn from the labels and store the classifier in the project')
    .option('--classifier <id>', 'which classifier (see: brushwood plugins)')
    .option(
      '--option <key=value>',
      'an option of the classifier, like treeCount=50; repeat for several (see: brushwood plugins)',
      collect,
      [],
    )
    .option(
      '--seed <n>',
      'seed of the random choices: same seed, same classifier',
      wholeNumber('--seed', 0, 2 ** 32 - 1),
    )
    .option('--lanes <lanes>', 'learn from these images only: nicknames or numbers from 0, like 0,2', collectList, [])
    .addOption(threadsOption())
    .addOption(engineOption())
    .option('--stats', 'print times and peak memory')
    .action(async (project: string, options) => {
      const { train } = await import('./commands/train.ts');
      const settings = { ...options, options: optionValues(options.option), lanes: options.lanes };
      await withServices(context, options, (services) =>
        train(services, project, { ...settings, signal: context.signal, report: context.report(options) }),
      );
    });
  command(program, 'predict <project> [images...]', "segment images; without IMAGES the project's own")
    .option(
      '-o, --output <pattern>',
      'file, folder or pattern with {dataset_dir} {project_dir} {nickname} {result_type} (default: beside the image)',
    )
    .addOption(
      new Option('--source <sources>', `what to write, one or several of ${exportSources.join(',')}`)
        .argParser(sourceList(exportSources, defaultSources))
        .default(defaultSources, defaultSources.join(',')),
    )
    .option(
      '--format <id>',
      'file format, like tiff, png, hdf5 or npy (default: by the extension of -o, else tiff; see: brushwood plugins)',
    )
    .addOption(
      new Option('--dtype <dtype>', 'data type; probabilities scale to the range of integer types').choices(dtypes),
    )
    .option('--mask <image...>', 'predict only where this image is above 0; one per input', collect, [])
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .option('--output-axes <axes>', 'axis order of the output, letters of tczyx (default: that of the image)', axes)
    .addOption(threadsOption())
    .option('--block <size>', 'block size, one number or z,y,x; the result does not depend on it', blockShape)
    .option('--memory <size>', 'working memory of all threads together, like 500M: chooses the block', memorySize)
    .addOption(engineOption())
    .addOption(forceOption('replace existing outputs'))
    .option('--stats', 'print times and peak memory')
    .action(async (project: string, images: string[], options) => {
      const { predict } = await import('./commands/predict.ts');
      await withServices(context, options, (services) =>
        predict(services, project, images, { ...options, signal: context.signal, report: context.report(options) }),
      );
    });
  command(
    program,
    'evaluate <project> [images...]',
    "compare predictions with the truth; without IMAGES the project's own images",
  )
    .option('--truth <image...>', 'truth of the images, in their order', collect, [])
    .option('--instances', 'the truth numbers objects: above 0 is the second class, 0 the first')
    .option('--map <pairs>', 'labels of the truth values, like 0=1,255=2; others are not compared', valueMap)
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .addOption(threadsOption())
    .action(async (project: string, images: string[], options) => {
      const { evaluate } = await import('./commands/evaluate.ts');
      await withServices(context, options, (services) =>
        evaluate(services, project, images, { ...options, signal: context.signal, report: context.report(options) }),
      );
    });
}

function addInspectionCommands(program: Command, context: CommandContext): void {
  command(program, 'info <file>', 'say what is in an image or project')
    .addOption(inputAxesOption())
    .action(async (file: string, options) => {
      const { info } = await import('./commands/info.ts');
      await info(await servicesOf(context, options), file, { ...options, report: context.report(options) });
    });
  command(program, 'plugins', 'list filters, classifiers and formats, and where they come from').action(
    async (options) => {
      const { plugins } = await import('./commands/plugins.ts');
      const loaded = await loadPlugins(options.plugin.map(pluginAddress));
      plugins(await servicesOf(context, options), loaded, context.report(options));
    },
  );
}

/** The options of a command with what it needs besides. */
function runOf<T extends CommonOptions>(context: CommandContext, options: T) {
  return { ...options, signal: context.signal, report: context.report(options) };
}

/** A subcommand with the options all have. */
function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--plugin <module>', 'load a plugin: a file or an installed package; repeat for several', collect, [])
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print nothing but the result and errors');
}

/** For commands that do no work on threads. */
function servicesOf(context: CommandContext, { plugin }: Pick<CommonOptions, 'plugin'>): Promise<PipelineServices> {
  return context.services({ threads: 1, pluginAddresses: plugin.map(pluginAddress) });
}

async function withServices(
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

/** The actions of a command, one a line. */
function actionsHelp(actions: string, words: string): string {
  return `\nActions:\n${actions.replaceAll(/^|\s\|\s/g, '\n  ').slice(1)}\n${words}`;
}

const channelsOption = () =>
  new Option('--channels <channels>', 'gray (for a grey picture stored as RGB) or channel numbers from 0').argParser(
    channelSelection,
  );
const inputAxesOption = () =>
  new Option('--input-axes <axes>', 'axes of the image, slowest first, letters of tczyx, like zyx').argParser(axes);
const forceOption = (description: string) => new Option('--force', description);
const threadsOption = () =>
  new Option('--threads <n>', 'worker threads').default(defaultThreads()).argParser(wholeNumber('--threads', 1, 256));
const engineOption = () => new Option('--engine <id>', 'filter engine (see: brushwood plugins)').hideHelp();
