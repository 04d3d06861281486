// Compiles wasm/*.ts of the package in the current folder with AssemblyScript and embeds each binary as base64 in
// src/generated/NAME.ts, so that Node, bundlers and browsers load it the same way, without a fetch.
// The first line of a source may read `// memory-base: N`: modules that share a memory must not overlap there.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const sources = readdirSync('wasm').filter((name) => name.endsWith('.ts') && !name.startsWith('_'));
mkdirSync('src/generated', { recursive: true });
for (const source of sources) {
  const path = join('wasm', source);
  const base = /^\/\/ memory-base: (\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '1024';
  const name = source.replace(/\.ts$/, '');
  const output = `src/generated/${name}.wasm`;
  const { error, stderr } = await asc.main(
    [
      path,
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--memoryBase',
      base,
      '--use',
      'abort=',
      '-o',
      output,
    ],
    { stderr: process.stderr },
  );
  if (error) {
    console.error(`${path}: ${error.message}\n${stderr}`);
    process.exit(1);
  }
  const binary = readFileSync(output);
  rmSync(output);
  writeFileSync(
    `src/generated/${name}.ts`,
    `// Built from wasm/${source} by scripts/build-wasm.mjs (${binary.length} bytes).\nexport const ${camel(name)}Binary =\n  '${binary.toString('base64')}';\n`,
  );
}

// What no source makes any more.
for (const name of readdirSync('src/generated')) {
  if (!sources.includes(name)) rmSync(join('src/generated', name));
}

function camel(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}
