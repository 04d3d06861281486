// Ten lines that train on one image and predict another. Run: node examples/pipeline.ts IMAGE LABELS OTHER OUTPUT (Node ≥ 22.18).
import { classifiers } from '@brushwood/classifiers';
import { createPipeline } from '@brushwood/core';
import { features } from '@brushwood/features';
import { ioTiff } from '@brushwood/io-tiff';

export async function segment(image: string, labels: string, other: string, output: string): Promise<void> {
  const pipeline = createPipeline([features, classifiers, ioTiff]);
  let project = await pipeline.addImage(pipeline.newProject(['background', 'nucleus']), image);
  project = await pipeline.importLabels(project, labels);
  project = pipeline.selectFeatures(project, 'all');
  project = await pipeline.train(project, { seed: 1 });
  await pipeline.predictTo(project, other, { segmentation: output });
  await pipeline.close();
}

const [image, labels, other, output] = process.argv.slice(2);
if (process.argv[1]?.endsWith('pipeline.ts') && image && labels && other && output)
  await segment(image, labels, other, output);
