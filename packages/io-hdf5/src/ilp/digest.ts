import { usedChannelCount, type Project, type StoredModel } from '@brushwood/core';

/** FNV-1a over bytes, in two lanes of 32 bits: tells accidental changes, not forgery. */
class Digest {
  private a = 0x811c9dc5;
  private b = 0x9dc5811c;

  bytes(data: ArrayBufferView): this {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let i = 0; i < bytes.length; i++) {
      this.a = Math.imul(this.a ^ bytes[i]!, 0x01000193);
      this.b = Math.imul(this.b ^ bytes[i]! ^ 0x5b, 0x01000193);
    }
    return this;
  }

  text(text: string): this {
    return this.bytes(new TextEncoder().encode(`${text}\n`));
  }

  toString(): string {
    return [this.a, this.b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}

/**
 * What a model was trained on: labels, features, normalisation, number of classes, number of channels used. If ilastik changes any of it, a model
 * that only this program can read is stale.
 */
export function trainingDigest(project: Pick<Project, 'lanes' | 'classes' | 'features' | 'normalization'>): string {
  const digest = new Digest().text(JSON.stringify([project.features, project.classes.length]));
  if (project.normalization) digest.text(JSON.stringify(project.normalization));
  for (const { rawData, labels } of project.lanes) {
    digest.text(JSON.stringify([labels.shape, rawData.nickname, usedChannelCount(rawData)]));
    for (const index of [...labels.chunks.keys()].sort((x, y) => x - y)) {
      digest.text(String(index)).bytes(labels.chunks.get(index)!);
    }
  }
  return digest.toString();
}

/** Tells whether forests are those this program stored, or ilastik has trained others since. */
export function modelDigest(model: StoredModel): string {
  const digest = new Digest().text(JSON.stringify([model.layout, model.knownLabels, model.featureCount]));
  if (model.layout === 'vigra-forests') {
    for (const tree of model.forests.flatMap((forest) => forest.trees)) {
      digest.bytes(tree.topology).bytes(tree.parameters);
    }
  } else {
    for (const name of Object.keys(model.arrays).sort()) digest.text(name).bytes(model.arrays[name]!);
  }
  return digest.toString();
}
