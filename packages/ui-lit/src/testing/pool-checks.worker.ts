import { createContainer, serveTasks, type ToWorker } from '@brushwood/core';
import { poolCheckPlugin } from '@brushwood/core/testing';

const scope = globalThis as unknown as {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
};

serveTasks(createContainer([poolCheckPlugin]).catalog, {
  post: (message, transfer) => scope.postMessage(message, [...transfer]),
  onMessage: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
});
