import type { ImageSpec } from '@brushwood/core';
import { omeLengthUnit, omeTimeUnit } from './units.ts';

const namespace = 'http://www.openmicroscopy.org/Schemas/OME/2016-06';

const pixelTypes: Readonly<Record<string, string>> = { float32: 'float', float64: 'double' };

/** OME-XML (2016-06) of one image whose planes follow each other in the order t, z, c, slowest first. ASCII only. */
export function omeDescription(spec: ImageSpec, name: string): string {
  const [t, c, z, y, x] = spec.shape;
  const pixels = attributes({
    ID: 'Pixels:0',
    DimensionOrder: 'XYCZT',
    Type: pixelTypes[spec.dtype] ?? spec.dtype,
    SizeX: x,
    SizeY: y,
    SizeC: c,
    SizeZ: z,
    SizeT: t,
    BigEndian: 'false',
    Interleaved: 'false',
    ...voxelSizes(spec),
  });
  const channels = Array.from({ length: c }, (_, i) => {
    const color = spec.content === 'labels' ? undefined : spec.colors?.[i];
    const channel = attributes({
      ID: `Channel:0:${i}`,
      Name: spec.channelNames?.[i],
      SamplesPerPixel: 1,
      Color: color && packedColor(color),
    });
    return `<Channel${channel}/>`;
  });
  const schema = `${namespace} ${namespace}/ome.xsd`;
  return (
    `<?xml version="1.0" encoding="UTF-8"?><OME xmlns="${namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
    `xsi:schemaLocation="${schema}" Creator="Brushwood"><Image${attributes({ ID: 'Image:0', Name: name })}>` +
    `<Pixels${pixels}>${channels.join('')}<TiffData IFD="0" PlaneCount="${t * c * z}"/></Pixels></Image></OME>`
  );
}

function voxelSizes({ voxelSize }: ImageSpec): Record<string, string | number | undefined> {
  if (!voxelSize) return {};
  const unit = omeLengthUnit(voxelSize.unit);
  const sizes = (['x', 'y', 'z'] as const).map((axis) => {
    const size = voxelSize[axis];
    const key = `PhysicalSize${axis.toUpperCase()}`;
    return size !== undefined && size > 0 ? { [key]: size, [`${key}Unit`]: unit } : {};
  });
  const time = omeTimeUnit(voxelSize.timeUnit ?? 'second');
  const hasTime = voxelSize.t !== undefined && voxelSize.t > 0 && time !== undefined;
  return Object.assign({}, ...sizes, hasTime ? { TimeIncrement: voxelSize.t, TimeIncrementUnit: time } : {});
}

/** Red, green, blue and alpha in one signed 32-bit integer. */
function packedColor([red, green, blue]: readonly [number, number, number]): number {
  return (red << 24) | (green << 16) | (blue << 8) | 255;
}

function attributes(values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`).join('');
}

/** Everything that is not plain ASCII text becomes a character reference; what XML cannot hold at all is left out. */
function escapeXml(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    if (code < 32) return ' ';
    return code > 126 || '<>&"\''.includes(character) ? `&#x${code.toString(16)};` : character;
  }).join('');
}
