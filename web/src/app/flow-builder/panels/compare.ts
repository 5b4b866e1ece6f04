/** What is different between two versions of a flow, step by step and field by field. */
import { type Draft, type Step, isTrigger } from '../model/step';
import { pathTo, walk } from '../model/tree';

export interface FieldChange {
  /** Where the field is, beginning at the step: `settings.input.url`; `name` for the step's own name. */
  path: string;
  /** Undefined where the field was not there. */
  before: unknown;
  after: unknown;
}

export type ChangeKind = 'added' | 'removed' | 'moved' | 'changed';

export interface StepChange {
  /** The step's internal name. */
  step: string;
  displayName: string;
  /** A step may be moved and changed at once. */
  kinds: ChangeKind[];
  fields: FieldChange[];
}

export interface Comparison {
  /** The flow's name before and after, where it changed. */
  renamed: { before: string; after: string } | null;
  /** Steps of the newer version in order, those that are gone at the end. */
  steps: StepChange[];
  notes: { added: number; removed: number; changed: number };
}

/** Fields that say nothing about what a step does. */
const IGNORED = new Set(['settings.sampleData', 'settings.propertySettings']);

export function compare(before: Draft, after: Draft): Comparison {
  const old = new Map(walk(before.trigger).map((step) => [step.name, step]));
  const now = new Map(walk(after.trigger).map((step) => [step.name, step]));
  const moved = movedSteps(before, after);
  const steps: StepChange[] = [];
  for (const step of now.values()) {
    const was = old.get(step.name);
    const fields = was ? fieldChanges(was, step) : [];
    const kinds: ChangeKind[] = was ? [] : ['added'];
    if (moved.has(step.name)) kinds.push('moved');
    if (fields.length > 0) kinds.push('changed');
    if (kinds.length > 0) steps.push({ step: step.name, displayName: step.displayName, kinds, fields });
  }
  for (const step of old.values()) {
    if (!now.has(step.name)) steps.push({ step: step.name, displayName: step.displayName, kinds: ['removed'], fields: [] });
  }
  const renamed = before.displayName === after.displayName ? null : { before: before.displayName, after: after.displayName };
  return { renamed, steps, notes: noteChanges(before, after) };
}

export function isSame({ renamed, steps, notes }: Comparison): boolean {
  return !renamed && steps.length === 0 && notes.added + notes.removed + notes.changed === 0;
}

function noteChanges(before: Draft, after: Draft): Comparison['notes'] {
  const text = (note: Draft['notes'][number]) => JSON.stringify([note.content, note.color, note.position, note.size]);
  const old = new Map(before.notes.map((note) => [note.id, text(note)]));
  const now = new Map(after.notes.map((note) => [note.id, text(note)]));
  return {
    added: [...now.keys()].filter((id) => !old.has(id)).length,
    removed: [...old.keys()].filter((id) => !now.has(id)).length,
    changed: [...now].filter(([id, value]) => old.has(id) && old.get(id) !== value).length,
  };
}

// Steps that hang elsewhere

/** Steps of both versions whose container is another one, or whose order among those that stayed in their container is. */
function movedSteps(before: Draft, after: Draft): Set<string> {
  const old = homes(before);
  const now = homes(after);
  const moved = new Set<string>();
  const rows = new Map<string, string[]>();
  for (const [name, home] of now) {
    const was = old.get(name);
    if (was === undefined) continue;
    if (was !== home) moved.add(name);
    else rows.set(home, [...(rows.get(home) ?? []), name]);
  }
  const position = new Map([...old.keys()].map((name, index) => [name, index]));
  for (const names of rows.values()) {
    const stayed = longestRising(names.map((name) => position.get(name) ?? 0));
    names.forEach((name, index) => !stayed.has(index) && moved.add(name));
  }
  return moved;
}

/** For each action the container that it is in: the step and the slot. Steps that stand one after the other are in the same one. */
function homes(draft: Draft): Map<string, string> {
  const found = new Map<string, string>();
  for (const step of walk(draft.trigger)) {
    if (isTrigger(step)) continue;
    const around = pathTo(draft.trigger, step.name)?.findLast(({ slot }) => slot.location !== 'AFTER');
    const branch = around?.step.settings.branches?.[around.slot.branchIndex ?? 0]?.branchName ?? '';
    found.set(step.name, around ? `${around.step.name} ${around.slot.location} ${branch}` : '');
  }
  return found;
}

/** The places of a longest rising row of numbers. */
function longestRising(numbers: readonly number[]): Set<number> {
  const lengths: number[] = [];
  const previous: number[] = [];
  let best = -1;
  for (const [at, number] of numbers.entries()) {
    lengths[at] = 1;
    previous[at] = -1;
    for (let other = 0; other < at; other += 1) {
      if ((numbers[other] ?? 0) < number && (lengths[other] ?? 0) + 1 > (lengths[at] ?? 0)) {
        lengths[at] = (lengths[other] ?? 0) + 1;
        previous[at] = other;
      }
    }
    if (best < 0 || (lengths[at] ?? 0) > (lengths[best] ?? 0)) best = at;
  }
  const places = new Set<number>();
  for (let at = best; at >= 0; at = previous[at] ?? -1) places.add(at);
  return places;
}

// Fields

function fieldChanges(before: Step, after: Step): FieldChange[] {
  const [old, now] = [leaves(ownFields(before), ''), leaves(ownFields(after), '')];
  const paths = [...new Set([...now.keys(), ...old.keys()])];
  return paths
    .filter((path) => JSON.stringify(old.get(path)) !== JSON.stringify(now.get(path)))
    .map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

function ownFields(step: Step): Record<string, unknown> {
  const skip = isTrigger(step) ? false : step.skip === true;
  return { name: step.displayName, type: step.type, skip, settings: step.settings };
}

/** Every value that is no object or list, by its path; an empty object or list counts as none. */
function leaves(value: unknown, path: string): Map<string, unknown> {
  if (IGNORED.has(path) || value === undefined) return new Map();
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  const found = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    for (const [inner, leaf] of leaves(item, path ? `${path}.${key}` : key)) found.set(inner, leaf);
  }
  return found;
}

/** A field's path as people read it: without what all paths share. `settings.input.headers.accept` → `headers › accept`. */
export function fieldLabel(path: string): string {
  return path
    .replace(/^settings\.(input\.)?/, '')
    .split('.')
    .map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part))
    .join(' › ');
}
