import { BrushwoodError, unpackProject, type ChannelSelection, type ExportPlan, type Project } from '@brushwood/core';
import { Buffer } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { isChannelSelection, wrongInPlan } from './check-plan.ts';

/** Media type of an export: the length of the JSON (uint32, little-endian), the JSON, the packed project. */
export const exportType = 'application/vnd.brushwood.export';

/** An image to predict: a lane of the sent project, or a file of the server's folders. */
export type WishedImage =
  | { readonly lane: number }
  | { readonly path: string; readonly nickname?: string; readonly channels?: ChannelSelection; readonly axes?: string };

/** What a page asks for. */
export interface ExportRequest {
  /** Which step of the page asks: it finds its own again. */
  readonly step: string;
  readonly plan: ExportPlan;
  readonly images: readonly WishedImage[];
  /** With its model. */
  readonly project: Project;
  /** So many of the last lanes are no images of the project: they were given to the page, and are sent with it. */
  readonly givenCount: number;
}

/** @throws 'invalid-parameter' for what is no request, 'broken-file' for what is no project */
export function unpackExport(bytes: Uint8Array): ExportRequest {
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = body.length >= 4 ? body.readUInt32LE(0) : Number.NaN;
  if (!(4 + length <= body.length)) throw wrong('its length is wrong');
  let facts: Partial<ExportRequest>;
  try {
    facts = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(4, 4 + length))) as object;
  } catch (cause) {
    throw wrong('it does not begin with JSON', cause);
  }
  const { step = 'export', plan, images, givenCount = 0 } = facts;
  checkPlan(plan);
  checkImages(images);
  const project = unpackProject(new Uint8Array(body.subarray(4 + length)));
  const isCount = Number.isInteger(givenCount) && givenCount >= 0 && givenCount <= project.lanes.length;
  if (!isCount || typeof step !== 'string') throw wrong('a number or name in it is wrong');
  for (const image of images) {
    if ('lane' in image && !project.lanes[image.lane]) throw wrong(`the project has no image ${image.lane}`);
  }
  return { step, plan, images, project, givenCount };
}

function checkPlan(plan: unknown): asserts plan is ExportPlan {
  const problem = wrongInPlan(plan);
  if (problem !== undefined) throw wrong(problem);
}

function checkImages(images: unknown): asserts images is readonly WishedImage[] {
  const isImage = (image: unknown) => {
    const { lane, path, nickname, axes, channels } = Object(image) as Record<string, unknown>;
    const hasPlace = lane === undefined ? typeof path === 'string' : Number.isInteger(lane);
    const areNames = [nickname, axes].every((text) => text === undefined || typeof text === 'string');
    return hasPlace && areNames && (channels === undefined || isChannelSelection(channels));
  };
  if (!Array.isArray(images) || images.length === 0 || !images.every(isImage)) {
    throw wrong('it names no images, or one in it is not named as an image is');
  }
}

function wrong(reason: string, cause?: unknown): BrushwoodError {
  return new BrushwoodError(
    'invalid-parameter',
    `This is no export: ${reason}.`,
    {},
    cause === undefined ? {} : { cause },
  );
}
