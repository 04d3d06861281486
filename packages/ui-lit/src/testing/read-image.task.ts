import { defineTask, type ImageLocation } from '@brushwood/core';
import type { ReadImage } from './read-image.ts';

/** Reads an image in a worker. */
export const readImageTask = defineTask<ImageLocation, ReadImage>('test/read-image');
