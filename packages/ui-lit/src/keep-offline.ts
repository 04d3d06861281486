/** Where the build puts it, beside the page. */
const workerUrl = 'sw.js';

/**
 * Lets the browser keep the app, so that it starts without a network, where browsers allow that: over https and on localhost.
 * @param onNewVersion a newer app was fetched, and is used the next time it is started
 */
export async function keepOffline(onNewVersion: () => void): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  try {
    const registration = await navigator.serviceWorker.register(new URL(workerUrl, document.baseURI));
    const follow = (worker: ServiceWorker | null): void => {
      // Without a controller it is the first version that is kept, which is the one that is shown.
      worker?.addEventListener('statechange', () => {
        if (worker.state === 'installed' && navigator.serviceWorker.controller) onNewVersion();
      });
    };
    if (registration.waiting && navigator.serviceWorker.controller) onNewVersion();
    follow(registration.installing);
    registration.addEventListener('updatefound', () => follow(registration.installing));
  } catch {
    // Not allowed here, as in private windows of some browsers: the app works all the same, with a network.
  }
}

/**
 * Forgets what `keepOffline` has kept at this address: the page comes from `brushwood ui` now, which has files of its own and nothing to
 * offer when it is off.
 */
export async function forgetOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration(document.baseURI);
  if (registration?.active?.scriptURL === new URL(workerUrl, document.baseURI).href) await registration.unregister();
}
