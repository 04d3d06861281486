// `npm run bench [-- NAME …] [--repeats N] [--threads N] [--json FILE] [--compare OLD.json]`
// Times the work of docs/benchmarks.md on this machine, beside what vigra (Debian's python3-vigra) and ml-random-forest need for
// it in the same run. Names: cells, blobs, train, process, vigra, ml. Medians with their spread.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchFolder, cases } from './cases.mjs';
import { formatSeconds, summary } from './statistics.mjs';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const main = here('../packages/cli/dist/bin/main.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    json: { type: 'string', default: 'reports/bench.json' },
    compare: { type: 'string' },
  },
});
const [repeats, threads] = [Number(values.repeats), Number(values.threads)];
const wants = (name) => positionals.length === 0 || positionals.includes(name);
const results = {
  machine: { cpu: cpus()[0]?.model, cores: availableParallelism(), node: process.version },
  data: benchFolder() ? 'bench data' : 'seeded images',
  rows: [],
};

/** A row of the report: seconds with spread, and what they are held against. */
function row(name, seconds, extra = {}) {
  results.rows.push({ name, ...seconds, ...extra });
  const parts = [name.padEnd(36), formatSeconds(seconds).padEnd(28)];
  if (extra.mustReach) parts.push(`must reach ${extra.mustReach} s, goal ${extra.goal} s, ilastik ${extra.ilastik} s`);
  if (extra.note) parts.push(extra.note);
  console.log(parts.join('').trimEnd());
}

function measure(script, ...args) {
  return JSON.parse(
    execFileSync(process.execPath, [here(script), ...args.map(String)], { encoding: 'utf8', maxBuffer: 2 ** 28 }),
  );
}

function benchCompute(name) {
  for (const count of new Set([1, threads])) {
    const result = measure(
      'compute.mjs',
      name,
      count,
      name === 'blobs' && count === 1 ? Math.min(repeats, 3) : repeats,
    );
    const { ilastik, mustReach, goal } = cases[name];
    row(`${name} compute, ${count} thread(s)`, result.wall, {
      ...(count === 2 ? { ilastik, mustReach, goal } : {}),
      nsPerVoxelAndChannel: result.nsPerVoxelAndChannel,
      nsPerVoxelAndTree: result.nsPerVoxelAndTree,
      peakMiB: result.peakMiB,
      note: `  features ${result.nsPerVoxelAndChannel.toFixed(2)} ns/voxel/channel, forest ${result.nsPerVoxelAndTree.toFixed(2)} ns/voxel/tree, arena ${result.arenaMiB.toFixed(0)} MiB`,
    });
  }
}

function benchTraining() {
  const result = measure('compute.mjs', 'train', threads, repeats);
  row(`train ${result.samples} × ${result.features} × 100 trees`, result.wall, {
    ilastik: 1.7,
    mustReach: 0.3,
    goal: 0.17,
    note: `  out-of-bag error ${(100 * result.outOfBagError).toFixed(2)} %`,
  });
}

/** A bare process: start to file on disk. */
function benchProcess(name) {
  const folder = benchFolder();
  if (!folder) return console.log(`${name} as a process: needs BRUSHWOOD_DATA`);
  const out = mkdtempSync(join(tmpdir(), 'brushwood-bench-'));
  try {
    const times = [];
    let peak = 0;
    for (let i = 0; i <= repeats; i++) {
      const args = [
        'predict',
        join(folder, `${name}.ilp`),
        join(folder, cases[name].image),
        '-o',
        join(out, `${i}.npy`),
        '--threads',
        String(threads),
        '--stats',
        '--json',
      ];
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      if (i > 0) times.push((performance.now() - started) / 1e3);
      peak = Math.max(peak, JSON.parse(stdout).outputs[0].stats.peakMiB);
      if (statSync(join(out, `${i}.npy`)).size < cases[name].voxels) throw new Error('The output is too short.');
      rmSync(join(out, `${i}.npy`));
    }
    const { ilastik, mustReach, goal, mib } = cases[name].process;
    const note = `  peak ${peak} MiB (must reach ${mib[1]}, goal ${mib[2]}, ilastik ${mib[0]})`;
    row(`${name} as a process, ${threads} thread(s)`, summary(times), {
      ilastik,
      mustReach,
      goal,
      peakMiB: peak,
      note,
    });
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function benchVersion() {
  const times = Array.from({ length: Math.max(repeats, 5) + 1 }, () => {
    const started = performance.now();
    spawnSync(process.execPath, [main, '--version']);
    return (performance.now() - started) / 1e3;
  });
  row('brushwood --version', summary(times.slice(1)), { note: '  goal below 0.080 s' });
}

function benchVigra(name) {
  if (!benchFolder()) return console.log('vigra: needs BRUSHWOOD_DATA');
  const { status, stdout } = spawnSync(
    '/usr/bin/python3',
    [here('bench_vigra.py'), name, '--repeat', name === 'cells' ? '3' : '1', '--json'],
    { encoding: 'utf8' },
  );
  if (status !== 0) return console.log(`vigra on ${name}: not measured (python3-vigra and python3-h5py are needed)`);
  const vigra = JSON.parse(stdout);
  const ours = results.rows.find((entry) => entry.name === `${name} compute, 1 thread(s)`);
  const ratio = ours ? `, ours is ${(vigra.ns_per_pixel_and_tree / ours.nsPerVoxelAndTree).toFixed(1)} × as fast` : '';
  const features = ours ? `, ours ${(vigra.ns_per_pixel_and_channel / ours.nsPerVoxelAndChannel).toFixed(1)} ×` : '';
  row(`vigra forest on ${name}, 1 thread`, summary([vigra.predict_s]), {
    note: `  ${vigra.ns_per_pixel_and_tree} ns/voxel/tree${ratio}`,
  });
  row(`vigra filters on ${name}, 1 thread`, summary([vigra.features_s]), {
    note: `  ${vigra.ns_per_pixel_and_channel} ns/voxel/channel${features}`,
  });
}

function benchMlRandomForest() {
  const { ours, theirs, samples, trees } = measure('ml-random-forest.mjs');
  row(`ml-random-forest, ${samples} samples, ${trees} trees`, summary([theirs]), {
    note: `  ours on the same ${ours.toFixed(3)} s: ${(theirs / ours).toFixed(0)} × as fast`,
  });
}

function compare(path) {
  const old = JSON.parse(readFileSync(path, 'utf8'));
  console.log(`\nAgainst ${path} (below 1 is faster)`);
  for (const entry of results.rows) {
    const before = old.rows.find((other) => other.name === entry.name);
    if (before) console.log(`${entry.name.padEnd(40)}${(entry.median / before.median).toFixed(2)}`);
  }
}

console.log(
  `${results.machine.cpu}, ${results.machine.cores} cores, Node ${process.version}, ${results.data}, median of ${repeats} (min–max)\n`,
);
for (const name of Object.keys(cases)) if (wants(name)) benchCompute(name);
if (wants('train')) benchTraining();
if (wants('process')) {
  benchVersion();
  for (const name of Object.keys(cases)) benchProcess(name);
}
if (wants('vigra')) for (const name of Object.keys(cases)) benchVigra(name);
if (wants('ml')) benchMlRandomForest();
if (values.compare) compare(values.compare);
mkdirSync(dirname(values.json), { recursive: true });
writeFileSync(values.json, `${JSON.stringify(results, null, 2)}\n`);
console.log(`\nWritten to ${values.json}.`);
