import { InvalidArgumentError, type Command } from 'commander';
import { command, engineOption, threadsOption, withServices, type CommandContext } from '../command-parts.ts';
import { collect, collectList, optionValues, wholeNumber } from '../options.ts';

/** `brushwood suggest <project>`. */
export function addSuggestCommand(program: Command, context: CommandContext): void {
  command(program, 'suggest <project>', 'find out which features are worth their time, from the labels of all images')
    .option(
      '--method <id>',
      'filter (the default), gini or wrapper; repeat for several (see: brushwood plugins)',
      collect,
      [],
    )
    .option('--count <n>', 'number of features, or auto: as many as improve the score (default: 7)', featureCount)
    .option('--penalty <c>', 'how much wrapper and auto prefer a smaller set, 0 to 1 (default: 0.1)', share)
    .option('--option <key=value>', 'another parameter of the method; repeat for several', collect, [])
    .option(
      '--seed <n>',
      "seed of the random choices: same seed, same features (default: the project's)",
      wholeNumber('--seed', 0, 2 ** 32 - 1),
    )
    .option('--lanes <lanes>', 'learn from these images only: nicknames or numbers from 0, like 0,2', collectList, [])
    .option('--apply', 'select the best of the suggested sets in the project (the trained classifier is dropped)')
    .addOption(threadsOption())
    .addOption(engineOption())
    .addHelpText(
      'after',
      '\nSets are judged on the strokes they were chosen with, so their errors are flattered: on other images they are larger.\n',
    )
    .action(async (project: string, options) => {
      const { suggest } = await import('./suggest.ts');
      const { count, penalty } = options;
      const parameters = {
        ...optionValues(options.option),
        ...(count === undefined ? {} : { count }),
        ...(penalty === undefined ? {} : { penalty }),
      };
      const methods = options.method.length > 0 ? options.method : ['filter'];
      await withServices(context, options, (services) =>
        suggest(services, project, {
          ...options,
          methods,
          parameters,
          signal: context.signal,
          report: context.report(options),
        }),
      );
    });
}

/** A number of features; 0 means auto. */
function featureCount(text: string): number {
  return text === 'auto' ? 0 : wholeNumber('--count', 1, 10_000)(text);
}

function share(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError(`--penalty must be a number from 0 to 1, like 0.1; got "${text}".`);
}
