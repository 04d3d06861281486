import { vigraNodes, type VigraTree } from '@brushwood/core';

const { rootAddress, innerType, leafType, innerSize, leafSize } = vigraNodes;

/** Appends nodes to a tree in vigra's layout. */
export class TreeWriter {
  private topology = new Int32Array(256);
  private parameters = new Float64Array(256);
  private topologyLength = 0;
  private parametersLength = 0;
  private readonly classCount: number;

  constructor(columnCount: number, classCount: number) {
    this.classCount = classCount;
    this.topology[0] = columnCount;
    this.topology[1] = classCount;
    this.reset();
  }

  /** Begins the next tree. */
  reset(): void {
    this.topologyLength = rootAddress;
    this.parametersLength = 0;
  }

  /** Adds a node that parts the samples. Returns its address; its children are set by `linkChild`. */
  addInner(column: number, threshold: number): number {
    this.reserve(innerSize, 2);
    const address = this.topologyLength;
    this.topology.set([innerType, this.parametersLength, 0, 0, column], address);
    this.parameters[this.parametersLength] = 1;
    this.parameters[this.parametersLength + 1] = threshold;
    this.topologyLength += innerSize;
    this.parametersLength += 2;
    return address;
  }

  /** Adds a leaf with the class frequencies of its samples. Returns its address. */
  addLeaf(counts: ArrayLike<number>, weight: number): number {
    this.reserve(leafSize, 1 + this.classCount);
    const address = this.topologyLength;
    this.topology[address] = leafType;
    this.topology[address + 1] = this.parametersLength;
    this.parameters[this.parametersLength] = weight;
    for (let c = 0; c < this.classCount; c++) this.parameters[this.parametersLength + 1 + c] = counts[c]! / weight;
    this.topologyLength += leafSize;
    this.parametersLength += 1 + this.classCount;
    return address;
  }

  linkChild(parent: number, side: 'left' | 'right', child: number): void {
    this.topology[parent + (side === 'left' ? 2 : 3)] = child;
  }

  /** A copy of what was written since `reset`. */
  finish(): VigraTree {
    return {
      topology: this.topology.slice(0, this.topologyLength),
      parameters: this.parameters.slice(0, this.parametersLength),
    };
  }

  private reserve(topology: number, parameters: number): void {
    if (this.topologyLength + topology > this.topology.length) {
      const grown = new Int32Array(2 * this.topology.length);
      grown.set(this.topology);
      this.topology = grown;
    }
    if (this.parametersLength + parameters > this.parameters.length) {
      const grown = new Float64Array(2 * (this.parameters.length + parameters));
      grown.set(this.parameters);
      this.parameters = grown;
    }
  }
}

/** The parameter address of the leaf in which a row of features ends. The tree must have been checked. */
export function findLeaf(tree: VigraTree, features: Float32Array, offset: number): number {
  const { topology, parameters } = tree;
  let node = rootAddress;
  while (topology[node] === innerType) {
    const threshold = parameters[topology[node + 1]! + 1]!;
    node = topology[features[offset + topology[node + 4]!]! < threshold ? node + 2 : node + 3]!;
  }
  return topology[node + 1]!;
}
