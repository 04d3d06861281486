// `npm run demo [-- IMAGE LABELS]`: installs and builds what is missing, then shows the whole way of the data once.
// Without arguments on a seeded synthetic micrograph whose truth is known. Needs nothing but Node, npm and git.
import { heading, runNode } from './run.mjs';
import { setup } from './setup.mjs';

const status = setup();
if (status !== 0) process.exit(status);
heading('Demo');
process.exit(runNode('scripts/demo/run-demo.mjs', process.argv.slice(2)));
