import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wholeRoi } from '@brushwood/core';
import { describe, expect, it } from 'vitest';
import { patternTensor } from '../testing/pattern.ts';
import { tiff } from './format.ts';

const fixture = readFileSync(fileURLToPath(new URL('../../../../fixtures/tiff/ome_zcyx_u16.ome.tif', import.meta.url)));

/** The OME fixture (4 z, 2 c) with its XML rewritten; the text must not grow, and is padded with blanks. */
function withXml(edit: (xml: string) => string) {
  const bytes = new Uint8Array(fixture);
  const start = fixture.indexOf('<?xml');
  const end = fixture.indexOf('</OME>') + 6;
  const encoded = new TextEncoder().encode(edit(new TextDecoder().decode(bytes.subarray(start, end))));
  expect(encoded.length).toBeLessThanOrEqual(end - start);
  bytes.fill(0x20, start, end);
  bytes.set(encoded, start);
  return tiff.open({ path: 'edited.ome.tif', blob: new Blob([bytes]) });
}

const pixels = (inside: string, order = 'XYCZT') =>
  `<OME UUID="urn:uuid:1"><Image ID="a"><Pixels DimensionOrder="${order}" Type="uint16" SizeX="17" SizeY="13" SizeC="2" ` +
  `SizeZ="4" SizeT="1">${inside}</Pixels></Image></OME>`;

describe('OME-XML', () => {
  it('several images in one file are refused', async () => {
    const two = '<OME><Image ID="a"><Pixels SizeX="1"/></Image><Image ID="b"><Pixels SizeX="1"/></Image></OME>';
    await expect(withXml(() => two)).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('2 images'),
    });
  });

  it('planes in other files are refused', async () => {
    const other = '<TiffData IFD="0"><UUID FileName="b.ome.tif">urn:uuid:2</UUID></TiffData>';
    await expect(withXml(() => pixels(other))).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('several files'),
    });
  });

  it('planes of the file itself are read, whatever its name became', async () => {
    const own = '<TiffData IFD="0" PlaneCount="8"><UUID FileName="old.ome.tif">urn:uuid:1</UUID></TiffData>';
    expect((await withXml(() => pixels(own))).info.fileAxes).toBe('zcyx');
  });

  it('DimensionOrder says how the pages run', async () => {
    const source = await withXml(() => pixels('<TiffData/>', 'XYZCT'));
    expect(source.info.fileAxes).toBe('czyx');
    const { data } = await source.read(wholeRoi(source.info.shape));
    expect(data).toEqual(patternTensor('czyx', [2, 4, 13, 17], { dtype: 'uint16', modulus: 65521 }).data);
  });

  it('TiffData may put a plane on any page', async () => {
    // Both channels run backwards through the pages: plane i lies on page 7 - i.
    const places = Array.from(
      { length: 8 },
      (_, i) => `<TiffData IFD="${7 - i}" FirstZ="${i >> 1}" FirstC="${i % 2}"/>`,
    );
    const source = await withXml(() => pixels(places.join('')));
    const { data } = await source.read({ start: [0, 1, 3, 0, 0], stop: [1, 2, 4, 13, 17] });
    const whole = patternTensor('zcyx', [4, 2, 13, 17], { dtype: 'uint16', modulus: 65521 }).data;
    expect(data).toEqual(whole.slice(0, 13 * 17)); // the first page is z 0, c 0 of the pattern
  });

  it('planes that are nowhere are broken-file', async () => {
    await expect(withXml(() => pixels('<TiffData IFD="0" PlaneCount="7"/>'))).rejects.toMatchObject({
      code: 'broken-file',
      message: expect.stringContaining('plane 8'),
    });
  });
});
