import { BrushwoodError } from '../errors.ts';
import { mapLabels, maxLabel } from './labels.ts';
import { hasSteps, stepsWithClass, stepsWithoutClass, type ResultSteps } from './result-steps.ts';
import { dropModel, type Color, type LabelClass, type Project } from './project.ts';

/** ilastik's palette (spec §G), in the order classes get their colours. */
export const classPalette: readonly Color[] = [
  [255, 225, 25],
  [0, 130, 200],
  [230, 25, 75],
  [70, 240, 240],
  [60, 180, 75],
  [250, 190, 190],
  [170, 110, 40],
  [145, 30, 180],
  [0, 128, 128],
  [245, 130, 48],
  [240, 50, 230],
  [210, 245, 60],
  [255, 215, 180],
  [230, 190, 255],
  [128, 128, 128],
];

/** The class a new label gets: a free palette colour first, then colours spread around the circle. */
export function newClass(name: string, existing: readonly LabelClass[]): LabelClass {
  const isFree = (color: Color) => !existing.some((other) => other.color.every((value, i) => value === color[i]));
  const color = classPalette.find(isFree) ?? hueColor(existing.length * 137.5);
  return { name, color, probabilityColor: color };
}

function hueColor(degrees: number): Color {
  const channel = (shift: number) => {
    const k = (degrees / 30 + shift) % 12;
    return Math.round(255 * (0.55 - 0.4 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}

/** The 0-based index of a class given by name or by label value (1…n). @throws 'class-missing' naming those there are. */
export function findClass(project: Pick<Project, 'classes'>, nameOrLabel: string): number {
  const byName = project.classes.findIndex((item) => item.name === nameOrLabel);
  if (byName >= 0) return byName;
  const label = Number(nameOrLabel);
  if (Number.isInteger(label) && label >= 1 && label <= project.classes.length) return label - 1;
  const known = project.classes.map((item, i) => `${i + 1} "${item.name}"`).join(', ') || 'none';
  throw new BrushwoodError('class-missing', `There is no class "${nameOrLabel}". Classes of this project: ${known}.`, {
    asked: nameOrLabel,
  });
}

/** @throws 'already-exists' for a name in use, 'invalid-parameter' for an empty name or a hundredth class. */
export function addClass(project: Project, name: string, color?: Color): Project {
  checkName(project, name);
  if (project.classes.length >= maxLabel) {
    throw new BrushwoodError('invalid-parameter', `A project holds at most ${maxLabel} classes.`, { maxLabel });
  }
  const added = newClass(name, project.classes);
  const item = color ? { ...added, color, probabilityColor: color } : added;
  const next = { ...project, classes: [...project.classes, item] };
  return dropModel(withSteps(next, stepsWithClass(project.resultSteps, project.classes.length)));
}

export function renameClass(project: Project, classIndex: number, name: string): Project {
  checkClass(project, classIndex);
  if (project.classes[classIndex]?.name === name) return project;
  checkName(project, name);
  return { ...project, classes: project.classes.map((item, i) => (i === classIndex ? { ...item, name } : item)) };
}

export function recolorClass(project: Project, classIndex: number, color: Color): Project {
  checkClass(project, classIndex);
  return {
    ...project,
    classes: project.classes.map((item, i) => (i === classIndex ? { ...item, color, probabilityColor: color } : item)),
  };
}

/** The class's labels become 0, every higher label decreases by one. */
export function deleteClass(project: Project, classIndex: number): Project {
  checkClass(project, classIndex);
  const label = classIndex + 1;
  return editLabels(withoutClass(project, classIndex), (value) =>
    value === label ? 0 : value > label ? value - 1 : value,
  );
}

/** Labels of `from` become `into`, then every label above `from` decreases by one. */
export function mergeClasses(project: Project, from: number, into: number): Project {
  checkClass(project, from);
  checkClass(project, into);
  if (from === into) throw new BrushwoodError('invalid-parameter', 'A class cannot be merged into itself.');
  const [a, b] = [from + 1, into + 1];
  return editLabels(withoutClass(project, from), (value) => {
    const merged = value === a ? b : value;
    return merged > a ? merged - 1 : merged;
  });
}

/** The class's labels become 0; numbering is unchanged. */
export function clearClass(project: Project, classIndex: number): Project {
  checkClass(project, classIndex);
  return editLabels(project, (value) => (value === classIndex + 1 ? 0 : value));
}

/** @throws 'class-missing' for an index the project does not have: labels would be renumbered for nothing */
function checkClass(project: Project, classIndex: number): void {
  if (Number.isInteger(classIndex) && classIndex >= 0 && classIndex < project.classes.length) return;
  throw new BrushwoodError(
    'class-missing',
    `There is no class ${classIndex + 1}; the project has ${project.classes.length}.`,
    {
      classIndex,
      classes: project.classes.length,
    },
  );
}

function editLabels(project: Project, map: (value: number) => number): Project {
  return dropModel({
    ...project,
    lanes: project.lanes.map((lane) => ({ ...lane, labels: mapLabels(lane.labels, map) })),
  });
}

function withoutClass(project: Project, classIndex: number): Project {
  const next = { ...project, classes: project.classes.filter((_, i) => i !== classIndex) };
  return withSteps(next, stepsWithoutClass(project.resultSteps, { classIndex, classesLeft: next.classes.length }));
}

function withSteps(project: Project, resultSteps: ResultSteps | undefined): Project {
  const { resultSteps: _, ...rest } = project;
  return hasSteps(resultSteps) ? { ...rest, resultSteps } : rest;
}

function checkName(project: Project, name: string): void {
  if (name.trim() === '') throw new BrushwoodError('invalid-parameter', 'A class needs a name.');
  if (project.classes.some((item) => item.name === name)) {
    throw new BrushwoodError('already-exists', `There is a class "${name}" already.`, { name });
  }
}
