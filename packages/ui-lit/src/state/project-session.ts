import {
  describeLocation,
  dropModel,
  withLane,
  type ImageReference,
  type Labels,
  type LabelClass,
  type Lane,
  type Project,
  type ResultSteps,
} from '@brushwood/core';

/** Steps that can be taken back. */
export const undoLimit = 100;

/** Everything a stroke or an operation on classes changes. Labels share their untouched chunks, so a step costs little. */
export interface UndoState {
  readonly labels: readonly Labels[];
  readonly classes: readonly LabelClass[];
  /** They name classes by number. */
  readonly resultSteps?: ResultSteps;
}

interface History {
  readonly undo?: readonly UndoState[];
  readonly redo?: readonly UndoState[];
}

/** What changed: `labels` while a stroke is painted too, `project` when a step is complete. */
export type ProjectChange = 'labels' | 'project';

/**
 * The project that is being worked on, and what can be undone in it. Every edit gives a new project; listeners compare what they
 * need by identity.
 */
export class ProjectSession extends EventTarget {
  private current: Project;
  private saved: Project;
  private undoStates: UndoState[] = [];
  private redoStates: UndoState[] = [];
  /** The state before the stroke that is being painted. */
  private beforeStroke: UndoState | undefined;
  /** Edits that wait for its end. */
  private waiting: ((project: Project) => Project)[] = [];

  constructor(project: Project) {
    super();
    this.current = project;
    this.saved = project;
  }

  get project(): Project {
    return this.current;
  }

  /** Is a stroke being painted? */
  get isPainting(): boolean {
    return this.beforeStroke !== undefined;
  }

  /** The stroke that is being painted: an object of its own. */
  get stroke(): object | undefined {
    return this.beforeStroke;
  }

  get canUndo(): boolean {
    return this.undoStates.length > 0;
  }

  get canRedo(): boolean {
    return this.redoStates.length > 0;
  }

  /** Is there work that was not saved? A newly trained model is none. */
  get isDirty(): boolean {
    return !sameWork(this.current, this.saved);
  }

  get history(): Required<History> {
    return { undo: this.undoStates, redo: this.redoStates };
  }

  /** Another project takes the place of this one. */
  open(project: Project, history: History = {}): void {
    this.saved = project;
    this.restore(project, history);
  }

  /** Restores unsaved work over the saved project. */
  restore(project: Project, { undo = [], redo = [] }: History = {}): void {
    this.undoStates = [...undo];
    this.redoStates = [...redo];
    this.beforeStroke = undefined;
    this.waiting = [];
    this.current = project;
    this.notify('project');
  }

  /**
   * What was saved, with the places its images have now. Everything else stays the object it is, strokes painted meanwhile too: what is
   * kept of unchanged parts (features, stored chunks) goes by identity.
   */
  markSaved(written: Project, now: Project): void {
    this.saved = withPlaces(written, { written, now });
    this.current = this.current === written ? this.saved : withPlaces(this.current, { written, now });
    this.notify('project');
  }

  /** An edit of images, features or settings: it isn't undone, and steps before it stay only if all labels did. */
  edit(next: Project): void {
    if (next === this.current) return;
    this.closeStroke();
    if (this.current.lanes.some(({ labels }, i) => next.lanes[i]?.labels !== labels)) this.forget();
    this.current = next;
    this.notify('project');
    this.editWaiting();
  }

  /** An edit of what a stroke has nothing to do with, such as how an image is shown: made when the stroke that is being painted is complete. */
  editAfterStroke(edit: (project: Project) => Project): void {
    if (this.isPainting) this.waiting.push(edit);
    else this.edit(edit(this.current));
  }

  /** An edit of labels or classes that can be undone. */
  editLabels(next: Project): void {
    if (next === this.current) return;
    this.closeStroke();
    this.remember(stateOf(this.current));
    this.current = next;
    this.notify('project');
    this.editWaiting();
  }

  /** The model of these very labels; dropped by the next edit. */
  setModel(trainedOn: Project, classifier: Project['classifier']): void {
    if (!sameWork(trainedOn, this.current)) return;
    const wasDirty = this.isDirty;
    this.current = { ...this.current, classifier };
    if (!wasDirty) this.saved = this.current;
  }

  /** Begins a stroke, and completes the one before. @returns `stroke` as it is until this one is completed or taken back */
  beginStroke(): object {
    this.endStroke();
    return (this.beforeStroke = stateOf(this.current));
  }

  /** The labels of a lane while a stroke is painted; `endStroke` makes one step of them all. */
  paint(laneIndex: number, labels: Labels): void {
    this.beforeStroke ??= stateOf(this.current);
    const lane = this.current.lanes[laneIndex]!;
    this.current = withLane(this.current, laneIndex, { ...lane, labels });
    this.notify('labels');
  }

  /** Completes the stroke that is being painted, if there is one. */
  endStroke(): void {
    this.closeStroke();
    this.editWaiting();
  }

  cancelStroke(): void {
    const before = this.beforeStroke;
    this.beforeStroke = undefined;
    if (!before) return;
    this.current = withState(this.current, before);
    this.notify('labels');
    this.editWaiting();
  }

  /** Takes the last step back; a stroke that has painted nothing yet, as it waits for intensities, is dropped instead. */
  undo(): void {
    const isWaiting = this.isPainting && !this.closeStroke();
    if (!isWaiting) this.step(this.undoStates, this.redoStates);
    this.editWaiting();
  }

  redo(): void {
    this.closeStroke();
    this.step(this.redoStates, this.undoStates);
    this.editWaiting();
  }

  /** @returns whether it was a step */
  private closeStroke(): boolean {
    const before = this.beforeStroke;
    this.beforeStroke = undefined;
    if (!before || sameState(before, stateOf(this.current))) return false;
    this.remember(before);
    this.current = dropModel(this.current);
    this.notify('project');
    return true;
  }

  private editWaiting(): void {
    for (const edit of this.waiting.splice(0)) this.edit(edit(this.current));
  }

  private step(from: UndoState[], to: UndoState[]): void {
    const state = from.pop();
    if (!state) return;
    to.push(stateOf(this.current));
    this.current = dropModel(withState(this.current, state));
    this.notify('project');
  }

  private remember(state: UndoState): void {
    this.undoStates.push(state);
    if (this.undoStates.length > undoLimit) this.undoStates.shift();
    this.redoStates = [];
  }

  private forget(): void {
    this.undoStates = [];
    this.redoStates = [];
  }

  private notify(change: ProjectChange): void {
    this.dispatchEvent(new CustomEvent<ProjectChange>('change', { detail: change }));
  }
}

function stateOf({ lanes, classes, resultSteps }: Project): UndoState {
  return { labels: lanes.map((lane) => lane.labels), classes, ...(resultSteps ? { resultSteps } : {}) };
}

function sameState(a: UndoState, b: UndoState): boolean {
  return a.classes === b.classes && a.labels.every((labels, i) => labels === b.labels[i]);
}

function withState(project: Project, { labels, classes, resultSteps: before }: UndoState): Project {
  const lanes = project.lanes.map((lane, i) => {
    const before = labels[i];
    return before && before !== lane.labels ? { ...lane, labels: before } : lane;
  });
  // Steps of now are kept, unless they are about other classes.
  const { resultSteps: now, ...rest } = project;
  const resultSteps = classes.length === project.classes.length ? now : before;
  return { ...rest, lanes, classes, ...(resultSteps ? { resultSteps } : {}) };
}

/** Do two projects differ in nothing but their model? */
function sameWork(a: Project, b: Project): boolean {
  return (
    a.lanes.length === b.lanes.length &&
    a.lanes.every((lane, i) => sameLane(lane, b.lanes[i]!)) &&
    a.classes === b.classes &&
    a.features === b.features &&
    a.normalization === b.normalization &&
    a.exportSettings === b.exportSettings &&
    a.resultSteps === b.resultSteps &&
    a.classifier.classifierId === b.classifier.classifierId &&
    a.classifier.options === b.classifier.options &&
    a.classifier.seed === b.classifier.seed
  );
}

/** A project with the places that images of a written one have now. */
function withPlaces(project: Project, { written, now }: { written: Project; now: Project }): Project {
  const places = new Map<ImageReference, ImageReference>();
  written.lanes.forEach(({ rawData, predictionMask }, i) => {
    const saved = now.lanes[i]!;
    places.set(rawData, placed(rawData, saved.rawData));
    if (predictionMask && saved.predictionMask)
      places.set(predictionMask, placed(predictionMask, saved.predictionMask));
  });
  const lanes = project.lanes.map((lane) => {
    const rawData = places.get(lane.rawData) ?? lane.rawData;
    const mask = lane.predictionMask && (places.get(lane.predictionMask) ?? lane.predictionMask);
    const isSame = rawData === lane.rawData && mask === lane.predictionMask;
    return isSame ? lane : { ...lane, rawData, ...(mask ? { predictionMask: mask } : {}) };
  });
  return { ...project, origin: now.origin, lanes };
}

/** The same object if the image lies where it did. One that was given to the page lies in the file now. */
function placed(before: ImageReference, now: ImageReference): ImageReference {
  const { blob, files, tensor, ...place } = before.location;
  const isGiven = (blob ?? files ?? tensor) !== undefined;
  const isSame =
    !isGiven && before.storage === now.storage && describeLocation(place) === describeLocation(now.location);
  return isSame ? before : now;
}

function sameLane(a: Lane, b: Lane): boolean {
  return a.rawData === b.rawData && a.predictionMask === b.predictionMask && a.labels === b.labels;
}
