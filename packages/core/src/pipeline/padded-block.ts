import type { CoreBox, Volume } from '../contracts/filter-engine.ts';
import type { ImageEdges } from '../grid/halo.ts';

/** One block with its halo, in float32, every channel a volume of one shape. The halo ends at image edges. */
export interface PaddedBlock {
  readonly channels: readonly Volume[];
  /** Where the core lies in the padded volumes. */
  readonly core: CoreBox;
  /** Faces that lie at the image's edge, where passes mirror. */
  readonly edges: ImageEdges;
}
