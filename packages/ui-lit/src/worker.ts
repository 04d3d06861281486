import { createContainer, serveTasks, type ToWorker } from '@brushwood/core';
import { plugins } from './plugins.ts';

// The scope of a dedicated worker; the library of DOM types has no name for it beside `Window`.
const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};

serveTasks(createContainer(plugins).catalog, {
  post: (message, transfer) => scope.postMessage(message, [...transfer]),
  onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
});
