// oxlint-disable-next-line no-restricted-imports -- a worker entry for tests, which is not published
import { poolCheckPlugin } from '@brushwood/core/testing';
import { serveThread } from '../worker-entry.ts';

// A worker that knows the tasks of the check kits for pools and executors.
serveThread([poolCheckPlugin]);
