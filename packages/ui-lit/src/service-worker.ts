import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

declare global {
  /** Files of the app and what they hold, put in by the build. */
  var brushwoodFiles: { readonly url: string; readonly revision: string | null }[];
}

// Keeps the files of one version of the app together, so that it starts without a network and never mixes two versions. A newer one is
// fetched beside it and takes over when no page of the old one is open any more: that is what browsers do by themselves.
cleanupOutdatedCaches();
precacheAndRoute(globalThis.brushwoodFiles, { cleanURLs: false });
