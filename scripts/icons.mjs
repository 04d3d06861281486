// Draws the icons of the app that can be installed: packages/ui-lit/web/public/icon-*.png. Run it after changing the drawing.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from './run.mjs';

const folder = join(root, 'packages/ui-lit/web/public');

/** A brush and its stroke on the app's blue. Launchers that cut icons to their own shape show the middle 80 % for certain. */
const drawing = ({ radius, scale }) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">
  <rect width="512" height="512" rx="${radius}" fill="#0b6bcb"/>
  <g transform="translate(256 256) scale(${scale}) translate(-12 -12.3)" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
    <path d="M20 4L10.5 13.5M9 14c-2.5 0-3 2-3 3.500s-1 2.500-2 3c4 .8 8 0 8-4 0-1.500-1.500-2.500-3-2.500z"/>
  </g>
</svg>`;

const icons = [
  { name: 'icon-192.png', size: 192, radius: 96, scale: 15 },
  { name: 'icon-512.png', size: 512, radius: 96, scale: 15 },
  { name: 'icon-maskable-512.png', size: 512, radius: 0, scale: 12 },
];

mkdirSync(folder, { recursive: true });
for (const { name, size, ...look } of icons) {
  const image = sharp(Buffer.from(drawing(look))).resize(size);
  await image.png({ palette: true, compressionLevel: 9 }).toFile(join(folder, name));
}
