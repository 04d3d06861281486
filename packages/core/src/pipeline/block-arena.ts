import { BrushwoodError } from '../errors.ts';

const pageBytes = 65536;
/** Kernel modules keep their own few constants below this address; the arena allocates above. */
const heapStart = 65536;

/**
 * The memory of one worker: a `WebAssembly.Memory` with a stack of allocations. Kernels of any plugin can be
 * instantiated on `memory`; everybody else sees the same bytes as `Float32Array` views. The capacity is fixed, so views
 * never detach; pages that are never touched cost nothing.
 */
export class BlockArena {
  readonly memory: WebAssembly.Memory;
  readonly capacityBytes: number;
  private top = heapStart;
  private peak = heapStart;

  /** @param bytes room for allocations; rounded up to whole pages */
  constructor(bytes: number) {
    const pages = Math.ceil((heapStart + bytes) / pageBytes);
    if (pages > 65536) {
      throw new BrushwoodError(
        'too-large',
        `A block of this size needs ${Math.ceil(bytes / 2 ** 20)} MiB of working memory; at most 4096 MiB can be addressed. ` +
          'Choose a smaller block (--block).',
        { bytes },
      );
    }
    try {
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    } catch (cause) {
      throw new BrushwoodError(
        'out-of-memory',
        `No ${Math.ceil(bytes / 2 ** 20)} MiB of working memory could be had. Choose a smaller block (--block) or fewer threads.`,
        { bytes },
        { cause },
      );
    }
    this.capacityBytes = pages * pageBytes;
  }

  /** Largest number of bytes that were in use at once. */
  get peakBytes(): number {
    return this.peak - heapStart;
  }

  /** Reserves bytes, aligned to 16, contents undefined. Returns their address. */
  allocate(bytes: number): number {
    const address = this.top;
    const next = address + Math.ceil(bytes / 16) * 16;
    if (next > this.capacityBytes) {
      throw new BrushwoodError(
        'arena-exhausted',
        `The block's working memory of ${this.capacityBytes} bytes is used up: ${bytes} more were asked for.`,
        { capacity: this.capacityBytes, used: address, bytes },
      );
    }
    this.top = next;
    this.peak = Math.max(this.peak, next);
    return address;
  }

  /** Reserves `length` float32 values; `byteOffset` of the view is their address. */
  allocateFloat32(length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.memory.buffer as ArrayBuffer, this.allocate(length * 4), length);
  }

  /** Does a view lie in this memory, so that kernels can use its address? */
  owns(view: Float32Array): boolean {
    return view.buffer === this.memory.buffer;
  }

  /** The current top of the stack, for `release`. */
  mark(): number {
    return this.top;
  }

  /** Frees everything allocated since `mark`. */
  release(mark: number): void {
    this.top = mark;
  }
}
