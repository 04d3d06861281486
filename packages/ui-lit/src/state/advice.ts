import { BrushwoodError, messageOf, type ErrorCode, type ErrorDetails, type LiveState } from '@brushwood/core';

type Advice = string | ((details: ErrorDetails) => string);

/** What to do next in the app, where the message says what to type at the command line. */
const advice: Readonly<Partial<Record<ErrorCode, Advice>>> = {
  'axes-mismatch':
    'Write one letter of t, c, z, y, x for each axis, slowest first, in the properties of the image (Input Data).',
  'invalid-labels':
    'Give it other values first: 1 for the first class, 2 for the second and so on, 0 for what is not labelled.',
  'image-too-small': 'Untick this sigma in Feature Selection, or, for a volume, compute it in 2-D.',
  'lane-missing': 'Add an image in Input Data.',
  'no-classifier': 'Paint at least two classes and start live update first.',
  'no-features': 'Tick some in Feature Selection.',
  'no-labels': 'Paint at least two classes.',
  'not-registered': 'This page was built without it.',
  'out-of-memory': 'Close other tabs and programs, or choose fewer features with smaller sigmas, and try again.',
  'shape-mismatch': ({ channels, shape }) =>
    channels !== undefined
      ? 'Choose its channels in the properties of the image (Input Data): all, gray, or their numbers from 0.'
      : shape !== undefined
        ? 'If its axes were misread, correct them in the properties of the image (Input Data).'
        : 'If it is another image, choose the right one in its properties (Input Data).',
  'too-large': 'Choose fewer features with smaller sigmas.',
  unsupported: 'Save it with named axes first, for example as a hyperstack of Fiji.',
  'unsupported-dtype': 'Choose another number type.',
  'unsupported-format': 'If its axes were misread, save it with named axes, for example as a hyperstack of Fiji.',
  'worker-crashed': 'If memory ran out, close other tabs and programs, or choose fewer features, and try again.',
};

/** The message of anything that was thrown, as it is told in the app: it says what to do there, not at the command line. */
export function appMessage(error: unknown): string {
  if (!(error instanceof BrushwoodError)) return messageOf(error);
  return inApp(error.message, error.code, error.details);
}

/** What live update waits for the user to do. */
export function waitingFor({ reason, code }: LiveState): string | undefined {
  return reason && inApp(reason, code);
}

function inApp(message: string, code: ErrorCode | undefined, details: ErrorDetails = {}): string {
  const sentences = sentencesOf(message);
  const kept = sentences.filter(({ isForCommandLine }) => !isForCommandLine).map(({ text }) => text);
  if (kept.length === sentences.length) return message;
  const next = code && advice[code];
  return [...kept, typeof next === 'function' ? next(details) : next].filter(Boolean).join(' ') || message;
}

/** The sentences of a message, and whether they tell what to type. Names in quotes may look like anything and do not count. */
function sentencesOf(message: string): { text: string; isForCommandLine: boolean }[] {
  const masked = message.replace(/"[^"]*"/g, (name) => '"'.repeat(name.length));
  let start = 0;
  return masked.split(/(?<=[.!?]\s)(?=["'(A-Z])/).map((sentence) => {
    const text = message.slice(start, (start += sentence.length)).trim();
    return { text, isForCommandLine: /(^|[\s(])--[a-z]|\bbrushwood [a-z]+ [A-Z]/.test(sentence) };
  });
}
