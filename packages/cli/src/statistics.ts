/** Peak resident memory of this process, its worker threads included. */
export function peakMemoryMiB(): number {
  return Math.round(process.resourceUsage().maxRSS / 1024);
}

export function seconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

/** `3.2 Mvoxels/s`, `0.7 images/s`. */
export function rate(perSecond: number, unit: string): string {
  if (!Number.isFinite(perSecond)) return `– ${unit}/s`;
  const steps = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const;
  const [size, prefix] = steps.find(([step]) => perSecond >= step) ?? [1, ''];
  const value = perSecond / size;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${prefix}${unit}/s`;
}

/** `12 s`, `3 min`, `2 h 5 min`. */
export function timeLeft(secondsLeft: number): string {
  if (!Number.isFinite(secondsLeft)) return 'unknown time';
  if (secondsLeft < 100) return `${Math.ceil(secondsLeft)} s`;
  const minutes = Math.ceil(secondsLeft / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `1.5 GiB`. */
export function byteSize(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power === 0 || value >= 100 ? 0 : 1)} ${units[power]}`;
}

/** Now, as ISO 8601 in UTC. */
export function isoTime(): string {
  return new Date().toISOString();
}
