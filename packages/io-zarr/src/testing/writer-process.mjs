// Writes the units of an image one after another, as one of several processes; prints a line after each.
// Arguments: folder of the built package, path, fingerprint, part as index/count or "-", pause in milliseconds.
const [dist, path, fingerprint, share, pauseMs] = process.argv.slice(2);
const { omeZarr } = await import(`${dist}/index.js`);
const { BlockGrid, cropTensor, createTensor, wholeRoi } = await import('@brushwood/core');
const { spec, layout, seed } = JSON.parse(process.env.BRUSHWOOD_TEST_IMAGE);

const [index, count] = share === '-' ? [0, 1] : share.split('/').map(Number);
const part = share === '-' ? undefined : { index, count };
const size = spec.shape.reduce((product, length) => product * length, 1);
const image = createTensor(
  Uint8Array.from({ length: size }, (_, i) => (Math.imul(i + seed, 2654435761) >>> 13) & 255),
  spec.shape,
);
try {
  const sink = await omeZarr.create({ path }, spec, { layout, resume: { fingerprint, part } });
  console.log('begun');
  const units = [...new BlockGrid(wholeRoi(spec.shape), sink.unitShape)].filter((_, i) => i % count === index);
  for (const unit of units) {
    if (await sink.isDone(unit)) continue;
    await sink.write(unit, cropTensor(image, unit));
    console.log('written');
    await new Promise((resolve) => setTimeout(resolve, Number(pauseMs)));
  }
  await (part ? sink.suspend() : sink.close());
  console.log('ended');
} catch (error) {
  console.log(`failed ${error.code}: ${error.message}`);
}
