import { dtypes, exportPresets, pixelExportSources } from '@brushwood/core';
import { Option, type Command } from 'commander';
import { countVariable, runPart } from '../batch/run-part.ts';
import {
  addLayoutOptions,
  channelsOption,
  command,
  engineOption,
  forceOption,
  inputAxesOption,
  logJsonOption,
  stackOption,
  threadsOption,
  withServices,
  type CommandContext,
} from '../command-parts.ts';
import { axes, blockShape, collect, collectList, memorySize, sourceList, wholeNumber } from '../options.ts';
import { renormalizeRanges } from '../output-options.ts';
import { classGroups, positiveNumber, thresholds } from '../postprocess-options.ts';
import { roiSpans } from '../roi-option.ts';

const exportSources = pixelExportSources.map((source) => source.id);
const defaultSources = exportSources.slice(0, 1);

const examples = `
IMAGES are files, datasets in files (stack.h5/volume), OME-Zarr folders or URLs, patterns in quotes ('in/**/*.tif'), folders
(all images in them) and lists (@images.txt, one a line). Finished outputs are skipped when the same command is repeated; an image
that fails is reported, and the others go on.

Examples:
  brushwood predict nuclei.ilp in/ -o out/ --source segmentation --report areas.csv
  brushwood predict nuclei.ilp 'in/*.tif' -o out/{nickname}.png --source segmentation --force
  brushwood predict nuclei.ilp slices/ --stack z -o volume.zarr
  brushwood predict nuclei.ilp brain.zarr -o brain-probabilities.zarr --dtype uint8 --shard 3/8`;

/** `brushwood predict`. */
export function addPredictCommand(program: Command, context: CommandContext): void {
  const predict = command(program, 'predict <project> [images...]', "segment images; without IMAGES the project's own")
    .addHelpText('after', examples)
    .option(
      '-o, --output <pattern>',
      'file, folder or pattern with {dataset_dir} {project_dir} {nickname} {result_type} (default: beside the image)',
    )
    .addOption(
      new Option('--source <sources>', `what to write, one or several of ${exportSources.join(',')}`)
        .argParser(sourceList(exportSources, defaultSources))
        .default(defaultSources, defaultSources.join(',')),
    );
  addInputOptions(predict);
  addOutputOptions(predict);
  addRunOptions(predict);
  predict.action(async (project: string, images: string[], { report: areas, ...options }) => {
    const { predict: run } = await import('./predict.ts');
    await withServices(context, options, (services) =>
      run(services, project, images, { ...options, areas, signal: context.signal, report: context.report(options) }),
    );
  });
}

function addInputOptions(predict: Command): void {
  predict
    .option('--recursive', 'search folders in folders too')
    .addOption(stackOption())
    .option('--mask <image...>', 'predict only where this image is above 0; one per input', collect, [])
    .addOption(channelsOption())
    .addOption(inputAxesOption())
    .option('--level <n>', 'resolution of a multiscale image, 0 = full', wholeNumber('--level', 0, 99))
    .option(
      '--roi <box>',
      'only this part: START:STOP along z,y,x (or y,x or t,z,y,x), like 0:32,100:612,:256',
      roiSpans,
    );
}

function addOutputOptions(predict: Command): void {
  predict
    .option(
      '--format <id>',
      'file format, like tiff, png, hdf5 or npy (default: by the extension of -o, else tiff; see: brushwood plugins)',
    )
    .addOption(
      new Option(
        '--for <program>',
        'as this program likes it: fiji (8-bit ImageJ TIFF), python (float32 .npy)',
      ).choices(Object.keys(exportPresets)),
    )
    .addOption(
      new Option('--dtype <dtype>', 'data type; probabilities scale to the range of integer types').choices(dtypes),
    )
    .option(
      '--renormalize <ranges...>',
      'scale values from the first range to the second, like 0:1 0:200',
      renormalizeRanges,
    )
    .option(
      '--combine <groups>',
      'add the probabilities of classes, names or numbers from 1, like 2+3 or 1+2,4+5',
      classGroups,
    )
    .option('--smooth <sigma>', 'smooth the probabilities by a Gaussian of so many voxels', positiveNumber('--smooth'))
    .option(
      '--threshold <p>',
      'in the segmentation 0 where no class is as probable, one number or one for each class, like 0.6 or 0.5,0.8',
      thresholds,
    )
    .option(
      '--min-object <voxels>',
      'objects of the segmentation that have fewer voxels become what is around them',
      wholeNumber('--min-object', 1, 1e9),
    )
    .option(
      '--classes <names>',
      'only the probabilities of these classes, names or numbers from 1, like 2,3',
      collectList,
    )
    .option('--output-axes <axes>', 'axis order of the output, letters of tczyx (default: that of the image)', axes);
  addLayoutOptions(predict);
  predict
    .addOption(forceOption('replace existing outputs, finished or not'))
    .option(
      '--report <csv>',
      'write what each class covers of each image: voxels, percent, and µm² or µm³ where the voxel size is known',
    );
}

function addRunOptions(predict: Command): void {
  predict
    .addOption(threadsOption())
    .option('--block <size>', 'block size, one number or z,y,x; the result does not depend on it', blockShape)
    .option('--memory <size>', 'working memory of all threads together, like 500M: chooses the block', memorySize)
    .addOption(engineOption())
    .option('--fail-fast', 'stop at the first image that fails')
    .option('--dry-run', 'tell shapes, bytes, memory and time of the outputs, and write nothing')
    .option(
      '--verify',
      'tell which outputs are missing, unfinished or unreadable, and write nothing; exit code 1 if any is',
    )
    .option(
      '--shard <i/n>',
      `do part I of N: every N-th image of several, or a share of the units of one written as OME-Zarr (default: as SLURM, AWS Batch or, with ${countVariable}, Kubernetes say)`,
      runPart,
    )
    .option('--finish', 'last step after all parts: add the pyramid, or tell what is missing')
    .addOption(logJsonOption())
    .option('--stats', 'print times and peak memory');
}
