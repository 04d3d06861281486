import { dtypes } from '@brushwood/core';
import { Option, type Command } from 'commander';
import {
  addLayoutOptions,
  channelsOption,
  command,
  forceOption,
  inputAxesOption,
  logJsonOption,
  servicesOf,
  stackOption,
  type CommandContext,
} from '../command-parts.ts';
import { axes, wholeNumber } from '../options.ts';
import { renormalizeRanges } from '../output-options.ts';
import { roiSpans } from '../roi-option.ts';

const examples = `
IMAGES as in predict: files, datasets in files, OME-Zarr, patterns in quotes, folders, lists (@images.txt). Several go into a folder
(OUT/) or a pattern with {nickname}. Values stay what they are: a dtype that lacks one of them is refused, unless --scale or
--renormalize say how to bring them into it (rounded and clipped then); only float64 is rounded to float32.

Examples:
  brushwood convert cells.tif cells.zarr
  brushwood convert 'slices/*.tif' --stack z volume.h5/raw
  brushwood convert brain.zarr --level 2 --roi 0:64,:,: --dtype uint8 --scale brain-small.tif`;

/** `brushwood convert`. */
export function addConvertCommand(program: Command, context: CommandContext): void {
  const convert = command(
    program,
    'convert <images...>',
    'copy images into another format; the last name is the output',
  )
    .usage('[options] <image...> <output>')
    .addHelpText('after', examples)
    .option('--recursive', 'search folders in folders too')
    .addOption(stackOption())
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .option('--level <n>', 'resolution of a multiscale image, 0 = full', wholeNumber('--level', 0, 99))
    .option(
      '--roi <box>',
      'only this part: START:STOP along z,y,x (or y,x or t,z,y,x), like 0:32,100:612,:256',
      roiSpans,
    )
    .option('--format <id>', 'file format (default: by the extension of the output; see: brushwood plugins)')
    .addOption(new Option('--dtype <dtype>', 'data type (default: that of the image)').choices(dtypes))
    .option(
      '--scale',
      "scale values to the range of the dtype: from the image's display range, else from that of its dtype",
    )
    .option(
      '--renormalize <ranges...>',
      'scale values from the first range to the second, like 0:4095 0:255',
      renormalizeRanges,
    )
    .option('--output-axes <axes>', 'axis order of the output, letters of tczyx (default: that of the image)', axes)
    .option('--labels', 'the image holds labels: smaller resolutions must not average them');
  addLayoutOptions(convert)
    .addOption(forceOption('replace existing outputs'))
    .option('--fail-fast', 'stop at the first image that fails')
    .addOption(logJsonOption());
  convert.action(async (words: string[], options) => {
    const { convert: run } = await import('./convert.ts');
    const services = await servicesOf(context, options);
    await run(services, words, { ...options, signal: context.signal, report: context.report(options) });
  });
}
