/** What a group says of an image; in OME-Zarr 0.5 that lies below `ome`. */
export type OmeNode = Readonly<Record<string, unknown>>;

type Rule = (value: unknown) => boolean;

const isText: Rule = (value) => typeof value === 'string';
const isNumber: Rule = (value) => typeof value === 'number';
const isByte: Rule = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;

const lengths =
  'angstrom attometer centimeter decimeter exameter femtometer foot gigameter hectometer inch kilometer megameter meter micrometer mile millimeter nanometer parsec petameter picometer terameter yard yoctometer yottameter zeptometer zettameter';
const times =
  'attosecond centisecond day decisecond exasecond femtosecond gigasecond hectosecond hour kilosecond megasecond microsecond millisecond minute nanosecond petasecond picosecond second terasecond yoctosecond yottasecond zeptosecond zettasecond';
const units: Readonly<Record<string, readonly string[]>> = { space: lengths.split(' '), time: times.split(' ') };

/**
 * What an image breaks of the rules of OME-NGFF: those of the JSON schemas `image` and `strict_image` (0.4, 0.5), and those that
 * only the text states: order and number of axes, one scale and at most one translation per level, as long as the axes.
 * Source: ngff.openmicroscopy.org, 0.4 and 0.5.
 */
export function imageProblems(ome: OmeNode, version: string): string[] {
  const problems: string[] = [];
  const expectThat = (isFine: boolean, what: string) => void (isFine || problems.push(what));
  const multiscales = listOf(ome.multiscales);
  expectThat(multiscales.length > 0, 'multiscales: at least one');
  for (const multiscale of multiscales) {
    if (version === '0.4') expectThat(multiscale.version === '0.4', 'multiscales: version');
    expectThat([multiscale.name, multiscale.type].every(isText), 'multiscales: name and type are text');
    expectThat(typeof multiscale.metadata === 'object', 'multiscales: metadata');
    const axes = listOf(multiscale.axes);
    problems.push(...axisProblems(axes));
    const datasets = listOf(multiscale.datasets);
    expectThat(datasets.length > 0, 'datasets: at least one');
    for (const dataset of datasets) problems.push(...datasetProblems(dataset, axes.length));
  }
  if (ome.omero !== undefined) problems.push(...omeroProblems(ome.omero as OmeNode));
  return problems;
}

function axisProblems(axes: readonly OmeNode[]): string[] {
  const problems: string[] = [];
  const types = axes.map(({ type }) => type);
  const spaces = types.filter((type) => type === 'space').length;
  if (axes.length < 2 || axes.length > 5) problems.push('axes: two to five');
  if (spaces < 2 || spaces > 3) problems.push('axes: two or three of space');
  if (new Set(axes.map(({ name }) => name)).size !== axes.length) problems.push('axes: a name twice');
  const order = ['time', 'channel', 'space'];
  const places = types.map((type) => order.indexOf(String(type)));
  if (places.some((place, i) => place < 0 || place < (places[i - 1] ?? 0))) problems.push('axes: order of types');
  for (const { name, type, unit } of axes) {
    if (!isText(name)) problems.push('axes: name is text');
    if (unit !== undefined && !units[String(type)]?.includes(String(unit))) problems.push(`axes: unit ${String(unit)}`);
  }
  return problems;
}

function datasetProblems({ path, coordinateTransformations }: OmeNode, rank: number): string[] {
  const found = listOf(coordinateTransformations);
  const isList: Rule = (values) => Array.isArray(values) && values.length === rank && values.every(isNumber);
  const [scale, translation, ...others] = found;
  const isFine =
    isText(path) &&
    scale?.type === 'scale' &&
    isList(scale.scale) &&
    (translation === undefined || (translation.type === 'translation' && isList(translation.translation))) &&
    others.length === 0;
  return isFine ? [] : [`datasets: ${JSON.stringify({ path, coordinateTransformations })}`];
}

function omeroProblems({ channels }: OmeNode): string[] {
  if (!Array.isArray(channels)) return ['omero: channels'];
  return listOf(channels).flatMap((channel) => {
    const window = (channel.window ?? {}) as OmeNode;
    const isFine =
      ['start', 'min', 'end', 'max'].every((name) => isNumber(window[name])) &&
      /^[0-9A-F]{6}$/.test(String(channel.color)) &&
      isText(channel.label) &&
      typeof channel.active === 'boolean';
    return isFine ? [] : [`omero: ${JSON.stringify(channel)}`];
  });
}

/** The same for the JSON schemas `label` and `strict_label`. */
export function labelProblems(ome: OmeNode, version: string): string[] {
  const label = ome['image-label'] as OmeNode | undefined;
  if (!label) return ['image-label'];
  const problems: string[] = [];
  if (version === '0.4' && label.version !== '0.4') problems.push('image-label: version');
  const colors = listOf(label.colors);
  if (colors.length === 0 || hasRepeated(colors)) problems.push('colors: at least one, each once');
  for (const { rgba, ...color } of colors) {
    const isColor = Array.isArray(rgba) && rgba.length === 4 && rgba.every(isByte);
    if (!isColor || !isNumber(color['label-value'])) problems.push(`colors: ${JSON.stringify({ rgba, ...color })}`);
  }
  if (label.properties !== undefined) {
    const properties = listOf(label.properties);
    if (properties.length === 0 || hasRepeated(properties)) problems.push('properties: at least one, each once');
    if (!properties.every((item) => Number.isInteger(item['label-value']))) problems.push('properties: label-value');
  }
  return problems;
}

function hasRepeated(list: readonly OmeNode[]): boolean {
  return new Set(list.map((item) => JSON.stringify(item))).size !== list.length;
}

function listOf(value: unknown): OmeNode[] {
  return Array.isArray(value) ? (value as OmeNode[]) : [];
}
