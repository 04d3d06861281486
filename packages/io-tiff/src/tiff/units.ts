const lengths: Readonly<Record<string, string>> = {
  um: 'micrometer',
  µm: 'micrometer', // U+00B5, the micro sign
  μm: 'micrometer', // U+03BC, the Greek letter
  micron: 'micrometer',
  microns: 'micrometer',
  micrometer: 'micrometer',
  micrometre: 'micrometer',
  nm: 'nanometer',
  nanometer: 'nanometer',
  nanometre: 'nanometer',
  pm: 'picometer',
  mm: 'millimeter',
  millimeter: 'millimeter',
  cm: 'centimeter',
  centimeter: 'centimeter',
  m: 'meter',
  meter: 'meter',
  inch: 'inch',
  in: 'inch',
  Å: 'angstrom',
  angstrom: 'angstrom',
  pixel: 'pixel',
  pixels: 'pixel',
};

const times: Readonly<Record<string, string>> = {
  s: 'second',
  sec: 'second',
  second: 'second',
  seconds: 'second',
  ms: 'millisecond',
  msec: 'millisecond',
  millisecond: 'millisecond',
  min: 'minute',
  minute: 'minute',
  h: 'hour',
  hour: 'hour',
};

const secondsPer: Readonly<Record<string, number>> = { millisecond: 0.001, second: 1, minute: 60, hour: 3600 };

/** `micrometer` for any spelling of it; what is not known stays as it is. */
export function lengthUnit(text: string): string {
  const plain = text.replace(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return lengths[plain.trim()] ?? plain.trim();
}

export function timeUnit(text: string): string {
  return times[text.trim()] ?? text.trim();
}

/** The unit as OME-XML spells it; units it does not know are of a frame of their own. */
export function omeLengthUnit(unit: string): string {
  const spelled: Readonly<Record<string, string>> = {
    micrometer: 'µm',
    nanometer: 'nm',
    picometer: 'pm',
    millimeter: 'mm',
    centimeter: 'cm',
    meter: 'm',
    inch: 'in',
    angstrom: 'Å',
    pixel: 'pixel',
  };
  return spelled[unit] ?? 'reference frame';
}

export function omeTimeUnit(unit: string): string | undefined {
  const spelled: Readonly<Record<string, string>> = { second: 's', millisecond: 'ms', minute: 'min', hour: 'h' };
  return spelled[unit];
}

/** The unit as ImageJ spells it. */
export function imageJUnit(unit: string): string {
  return unit === 'micrometer' ? 'micron' : (Object.keys(lengths).find((key) => lengths[key] === unit) ?? unit);
}

/** A time in seconds; undefined if its unit is not known. */
export function inSeconds(time: number, unit: string | undefined): number | undefined {
  const factor = secondsPer[unit ?? 'second'];
  return factor === undefined ? undefined : time * factor;
}
