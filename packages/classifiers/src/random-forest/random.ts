/**
 * A stream of random integers for one tree, the same in every engine: 32-bit integer arithmetic only.
 * Every tree has its own stream, derived from the seed and the tree's number, so that it does not matter which worker
 * grows which tree.
 *
 * Source: Blackman & Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021 (xoshiro128**); the state is filled
 * by a 32-bit mixer in the manner of SplitMix (Steele, Lea & Flood, 2014).
 */
export class RandomStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /**
   * @param seed any integer of up to 53 bits
   * @param stream number of the stream, from 0
   */
  constructor(seed: number, stream: number) {
    let state = mix(mix(seed | 0) ^ Math.floor(seed / 4294967296)) ^ mix(stream + 0x9e3779b9);
    const next = () => mix((state = (state + 0x9e3779b9) | 0));
    this.a = next();
    this.b = next();
    this.c = next();
    // An all-zero state would stay zero for ever.
    this.d = next() | 1;
  }

  /** A whole number from 0 to `count − 1`; `count` ≤ 2³². */
  below(count: number): number {
    return Math.floor((this.next() / 4294967296) * count);
  }

  /** 32 random bits, unsigned. */
  private next(): number {
    const scrambled = Math.imul(rotate(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotate(this.d, 11);
    return scrambled;
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** A bijection of 32-bit integers that spreads every input bit over all output bits. */
function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return mixed ^ (mixed >>> 15);
}
