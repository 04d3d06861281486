import { rolldown } from 'rolldown';
const external=[/^node:/,'fast-bmp','geotiff','h5wasm','h5wasm/node','sharp',/^@?zarrita/,'ml-cart','ml-random-forest'];
for (const [name,input] of [['main','dist/main.js'],['worker','dist/worker.js']]) {
 const b=await rolldown({input:{[name]:input},platform:'node',external});
 await b.write({dir:'dist/bin-exp',format:'esm',entryFileNames:'[name].js',chunkFileNames:'[name]-[hash].js',sourcemap:false,minify:process.argv[2]==='min', advancedChunks: undefined, inlineDynamicImports:false});
 await b.close();
}
