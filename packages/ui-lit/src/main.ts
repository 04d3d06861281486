import { defineElements } from './define.ts';
import { forgetOffline, keepOffline } from './keep-offline.ts';

defineElements();

const app = document.querySelector('brushwood-app');
app?.addEventListener('begun', ({ detail }) => {
  if (detail.isServed) void forgetOffline();
  else void keepOffline(() => app.tell('A new version is ready: it is used when the app is closed and opened again.'));
});
