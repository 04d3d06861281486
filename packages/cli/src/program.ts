import { Command, Help, Option } from 'commander';
import { classActions } from './commands/classes.ts';
import { laneActions } from './commands/lanes.ts';
import { addConvertCommand } from './commands/convert-command.ts';
import { addPredictCommand } from './commands/predict-command.ts';
import { addSuggestCommand } from './commands/suggest-command.ts';
import { addUiCommand } from './commands/ui-command.ts';
import {
  channelsOption,
  command,
  engineOption,
  forceOption,
  inputAxesOption,
  runOf,
  servicesOf,
  threadsOption,
  withServices,
  type CommandContext,
} from './command-parts.ts';
import { loadPlugins, pluginAddress } from './load-plugins.ts';
import { collect, collectList, optionValues, valueMap, wholeNumber } from './options.ts';
import { version } from './version.ts';

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
  addPredictCommand(program, context);
  addConvertCommand(program, context);
  addInspectionCommands(program, context);
  addUiCommand(program, context);
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
  command(program, 'preprocess <project>', 'show or set what is done to intensities before features are computed')
    .option(
      '--normalize <method>',
      'bring every image to one scale: none, percentile[:LOW:HIGH], z-score or equalize (the trained classifier is dropped)',
    )
    .action(async (project: string, options) => {
      const { preprocess } = await import('./commands/preprocess.ts');
      const { catalog } = await servicesOf(context, options);
      await preprocess(catalog, project, { normalize: options.normalize, report: context.report(options) });
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
  addSuggestCommand(program, context);
  command(
    program,
    'evaluate <project> [images...]',
    "compare predictions with the truth; without IMAGES the project's own images",
  )
    .addOption(
      new Option('--cross-validate [parts]', 'test the labels instead: learn from some strokes, predict the others')
        .preset('5')
        .argParser(wholeNumber('--cross-validate', 2, 50)),
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

/** The actions of a command, one a line. */
function actionsHelp(actions: string, words: string): string {
  return `\nActions:\n${actions.replaceAll(/^|\s\|\s/g, '\n  ').slice(1)}\n${words}`;
}
