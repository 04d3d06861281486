/**
 * Decompresses zlib data that may come from anybody: a megabyte of it can hold a gigabyte.
 * @returns the bytes; undefined if there are more than `mostBytes`, found before they take memory
 * @throws an error of the platform if the data is damaged
 */
export type Inflate = (stored: Uint8Array, mostBytes: number) => Uint8Array | undefined;
