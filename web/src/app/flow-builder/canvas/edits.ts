/** What the commands of the canvas do, as operations on the draft. Nothing here changes anything. */
import { bare, chainOperations, copies, pasteOperations } from '../model/copy';
import { type Operation, type Place, moveAction } from '../model/operations';
import { type Action, type Draft, type Note, type NoteColor, type Step, type Trigger, isTrigger } from '../model/step';
import { blockOf, findStep, namesInside, placeOf, slotsOf, walk } from '../model/tree';
import { type Point, type Rect, placeKey } from './layout';

/** The actions of a selection that do not hang inside another one of it, in order. */
export function selectedActions(trigger: Trigger, names: ReadonlySet<string>): Action[] {
  return blockOf(trigger, names).map((name) => findStep(trigger, name) as Action);
}

export function removal(trigger: Trigger, names: ReadonlySet<string>): Operation[] {
  const block = blockOf(trigger, names);
  return block.length > 0 ? [{ type: 'DELETE_ACTION', request: { names: block } }] : [];
}

/** Copies of a selection after its last step. */
export function duplication(trigger: Trigger, names: ReadonlySet<string>): Operation[] {
  const actions = selectedActions(trigger, names);
  const last = actions.at(-1);
  return last ? pasteOperations(trigger, actions, { parent: last.name, location: 'AFTER' }) : [];
}

/** Skips the selected actions, or if all are skipped lets them run again. */
export function skipToggle(trigger: Trigger, names: ReadonlySet<string>): Operation[] {
  const actions = walk(trigger).filter((step): step is Action => !isTrigger(step) && names.has(step.name));
  const skip = actions.some((action) => !action.skip);
  return actions.length > 0 ? [{ type: 'SET_SKIP_ACTION', request: { names: actions.map((action) => action.name), skip } }] : [];
}

export function renaming(step: Step, displayName: string): Operation[] {
  const name = displayName.trim();
  if (!name || name === step.displayName) return [];
  if (!isTrigger(step)) return [{ type: 'UPDATE_ACTION', request: { ...bare(step), displayName: name } }];
  const alone = { ...step, displayName: name };
  delete alone.nextAction;
  return [{ type: 'UPDATE_TRIGGER', request: alone }];
}

/** The keys of the places where a block of steps cannot be dropped: inside itself, and where it is. */
export function forbiddenPlaces(trigger: Trigger, names: ReadonlySet<string>): ReadonlySet<string> {
  const block = blockOf(trigger, names);
  const keys = block.flatMap((name) => {
    const inside = new Set(namesInside(findStep(trigger, name) as Step));
    return walk(findStep(trigger, name) as Step)
      .filter((step) => inside.has(step.name))
      .flatMap((step) => slotsOf(step).map(({ location, branchIndex }) => placeKey({ parent: step.name, location, branchIndex })));
  });
  const [only, ...others] = block;
  const here = only !== undefined && others.length === 0 ? placeOf(trigger, only) : undefined;
  return new Set(here ? [...keys, placeKey(here)] : keys);
}

/** Moves a block of steps, one after the other, to a place outside of it. */
export function moving(trigger: Trigger, names: ReadonlySet<string>, place: Place): Operation[] {
  if (forbiddenPlaces(trigger, names).has(placeKey(place))) return [];
  let next = place;
  return blockOf(trigger, names).map((name) => {
    const operation = moveAction(name, next);
    next = { parent: name, location: 'AFTER' };
    return operation;
  });
}

/** The end of the flow's main chain. */
export function lastPlace(trigger: Trigger): Place {
  let last: Step = trigger;
  while (last.nextAction) last = last.nextAction;
  return { parent: last.name, location: 'AFTER' };
}

/** Where copied steps go: after the last selected step, or at the end. */
export function pastePlace(trigger: Trigger, names: ReadonlySet<string>): Place {
  const last = walk(trigger).findLast((step) => names.has(step.name));
  return last ? { parent: last.name, location: 'AFTER' } : lastPlace(trigger);
}

/** A new branch, before the one that runs when no other does. */
export function branchAddition(router: Action, branchName: string): Operation[] {
  const branches = router.settings.branches ?? [];
  const fallback = branches.findIndex((branch) => branch.branchType === 'FALLBACK');
  return [{ type: 'ADD_BRANCH', request: { stepName: router.name, branchIndex: fallback < 0 ? branches.length : fallback, branchName } }];
}

/** A branch again beside itself, with copies of its steps. */
export function branchDuplication(trigger: Trigger, router: Action, branchIndex: number, branchName: string): Operation[] {
  const branch = router.settings.branches?.[branchIndex];
  if (!branch) return [];
  const steps = copies(trigger, chainOf(router.children?.[branchIndex] ?? undefined));
  const first = steps.reduceRight<Action | undefined>((next, step) => ({ ...step, nextAction: next }), undefined);
  const place: Place = { parent: router.name, location: 'INSIDE_BRANCH', branchIndex: branchIndex + 1 };
  const { conditions } = branch;
  const request = { stepName: router.name, branchIndex: branchIndex + 1, branchName, conditions };
  return [{ type: 'ADD_BRANCH', request }, ...chainOperations(first, place)];
}

export function branchRenaming(router: Action, branchIndex: number, branchName: string): Operation[] {
  const name = branchName.trim();
  const branches = router.settings.branches ?? [];
  if (!name || branches[branchIndex]?.branchName === name) return [];
  const renamed = branches.map((branch, index) => (index === branchIndex ? { ...branch, branchName: name } : branch));
  return [{ type: 'UPDATE_ACTION', request: { ...bare(router), settings: { ...router.settings, branches: renamed } } }];
}

/** The steps of a chain in order. */
export function chainOf(first: Action | undefined): Action[] {
  const chain: Action[] = [];
  for (let step = first; step; step = step.nextAction) chain.push(step);
  return chain;
}

export const NOTE_SIZE = { width: 240, height: 140 } as const;
const NOTE_GAP = 40;

/** A new note in the middle of the view, or beside what stands there. */
export function noteAddition(
  draft: Draft,
  centre: Point,
  color: NoteColor,
  boxes: Iterable<Rect> = [],
): { note: Note; operations: Operation[] } {
  const position = { x: Math.round(centre.x - NOTE_SIZE.width / 2), y: Math.round(centre.y - NOTE_SIZE.height / 2) };
  const taken = [...boxes, ...draft.notes.map((note) => ({ ...note.position, ...note.size }))];
  const inTheWay = () => taken.find((rect) => overlap(rect, { ...position, ...NOTE_SIZE }));
  for (let rect = inTheWay(); rect; rect = inTheWay()) position.x = rect.x + rect.width + NOTE_GAP;
  const note: Note = { id: newId(), content: '', color, position, size: { ...NOTE_SIZE } };
  return { note, operations: [{ type: 'ADD_NOTE', request: { id: note.id, content: '', color, position, size: note.size } }] };
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function noteUpdate(note: Note, change: Partial<Pick<Note, 'content' | 'color' | 'position' | 'size'>>): Operation[] {
  const { id, content, color, position, size } = { ...note, ...change };
  return [{ type: 'UPDATE_NOTE', request: { id, content, color, position, size } }];
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** An id as the server makes them: 21 letters and digits. (`crypto.randomUUID` needs a secure connection.) */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(21)), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
