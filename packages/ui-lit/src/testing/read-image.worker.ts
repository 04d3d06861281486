import { createContainer, serveTasks, type AnyTaskHandler, type TaskHandler, type ToWorker } from '@brushwood/core';
import { plugins } from '../plugins.ts';
import { readImageTask } from './read-image.task.ts';
import { readWhole } from './read-image.ts';

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};

type ReadHandler = typeof readImageTask extends { types?: (input: infer I) => infer O } ? TaskHandler<I, O> : never;
const handler: ReadHandler = { task: readImageTask, run: (location) => readWhole(location) };
const test = { name: 'test', tasks: [handler as unknown as AnyTaskHandler] };

serveTasks(createContainer([...plugins, test]).catalog, {
  post: (message, transfer) => scope.postMessage(message, [...transfer]),
  onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
});
