/**
 * Walking and rebuilding step trees. One table of slots says where the children of a step hang; everything else asks it. Nothing here
 * recurses along `nextAction` chains by value copies: a change shares what it does not touch.
 */
import type { Place } from './operations';
import { type Action, type Step, type StepLocation, type Trigger, isTrigger } from './step';

/** A place for a chain of actions in a step, with the first of them. */
export interface Slot {
  location: StepLocation;
  branchIndex?: number;
  child: Action | undefined;
}

/** The slots of a step in the order in which they run: what hangs inside it first, what comes after it last. */
export function slotsOf(step: Step): Slot[] {
  return [...innerSlotsOf(step), { location: 'AFTER', child: step.nextAction }];
}

/**
 * The slots inside a step: a loop's body, a router's branches, what runs on success or failure. The last two exist on every piece and code
 * step; they count once the step goes on after a failure, or has steps there.
 */
export function innerSlotsOf(step: Step): Slot[] {
  if (isTrigger(step)) return [];
  if (step.type === 'LOOP_ON_ITEMS') return [{ location: 'INSIDE_LOOP', child: step.firstLoopAction }];
  if (step.type === 'ROUTER') {
    return (step.settings.branches ?? []).map((_, branchIndex) => ({
      location: 'INSIDE_BRANCH',
      branchIndex,
      child: step.children?.[branchIndex] ?? undefined,
    }));
  }
  const { onSuccess, onFailure } = step.continueOnFailureBranches ?? {};
  if (!onSuccess && !onFailure && !step.settings.errorHandlingOptions?.continueOnFailure?.value) return [];
  return [
    { location: 'INSIDE_ON_SUCCESS_BRANCH', child: onSuccess },
    { location: 'INSIDE_ON_FAILURE_BRANCH', child: onFailure },
  ];
}

/** The step with another chain in one of its slots. */
export function withChild<T extends Step>(step: T, slot: Pick<Slot, 'location' | 'branchIndex'>, child: Action | undefined): T {
  const action = step as Action;
  switch (slot.location) {
    case 'AFTER':
      return without({ ...step, nextAction: child }, 'nextAction');
    case 'INSIDE_LOOP':
      return without({ ...step, firstLoopAction: child }, 'firstLoopAction');
    case 'INSIDE_BRANCH': {
      const children = (action.settings.branches ?? []).map((_, index) => action.children?.[index] ?? null);
      children[slot.branchIndex ?? 0] = child ?? null;
      return { ...step, children };
    }
    case 'INSIDE_ON_SUCCESS_BRANCH':
      return { ...step, continueOnFailureBranches: without({ ...action.continueOnFailureBranches, onSuccess: child }, 'onSuccess') };
    case 'INSIDE_ON_FAILURE_BRANCH':
      return { ...step, continueOnFailureBranches: without({ ...action.continueOnFailureBranches, onFailure: child }, 'onFailure') };
  }
}

function without<T extends object>(value: T, key: string): T {
  if ((value as Record<string, unknown>)[key] === undefined) delete (value as Record<string, unknown>)[key];
  return value;
}

/** The step and all below it in the order of execution: a step, what hangs inside it, then what comes after it. */
export function walk(root: Step): Step[] {
  const found: Step[] = [];
  const unvisited: Step[] = [root];
  for (let step = unvisited.pop(); step; step = unvisited.pop()) {
    found.push(step);
    for (const slot of slotsOf(step).reverse()) if (slot.child) unvisited.push(slot.child);
  }
  return found;
}

/** The names of the step and of everything inside it, without what comes after it. */
export function namesInside(step: Step): string[] {
  return walk(withChild(step, { location: 'AFTER' }, undefined)).map((each) => each.name);
}

export function findStep(trigger: Trigger, name: string): Step | undefined {
  return walk(trigger).find((step) => step.name === name);
}

/** The way from the trigger to a step: each step on it with the slot that leads on. Empty for the trigger itself; undefined if there is no such step. */
export function pathTo(trigger: Trigger, name: string): { step: Step; slot: Slot }[] | undefined {
  const parents = new Map<string, { step: Step; slot: Slot }>();
  for (const step of walk(trigger)) {
    if (step.name === name) {
      const path: { step: Step; slot: Slot }[] = [];
      for (let at = parents.get(name); at; at = parents.get(at.step.name)) path.unshift(at);
      return path;
    }
    for (const slot of slotsOf(step)) if (slot.child) parents.set(slot.child.name, { step, slot });
  }
  return undefined;
}

/** Where a step hangs; undefined for the trigger and for unknown names. */
export function placeOf(trigger: Trigger, name: string): Place | undefined {
  const last = pathTo(trigger, name)?.at(-1);
  if (!last) return undefined;
  const { location, branchIndex } = last.slot;
  return branchIndex === undefined ? { parent: last.step.name, location } : { parent: last.step.name, location, branchIndex };
}

/** The steps whose outputs a step can use: those that ran before it wherever it is reached, containers around it included, in order. */
export function stepsBefore(trigger: Trigger, name: string): Step[] {
  return (pathTo(trigger, name) ?? []).map((each) => each.step);
}

/** The tree with a step replaced by what `change` makes of it; undefined removes it with all that comes after it. */
export function replaceStep(trigger: Trigger, name: string, change: (step: Step) => Step | undefined): Trigger {
  const path = pathTo(trigger, name);
  if (!path) return trigger;
  const last = path.at(-1);
  let replaced = change(last ? (last.slot.child as Step) : trigger);
  for (const { step, slot } of path.toReversed()) replaced = withChild(step, slot, replaced as Action | undefined);
  return (replaced ?? trigger) as Trigger;
}

/** The tree with a chain of actions in a place; what was there comes after the chain's last action. */
export function insertAt(trigger: Trigger, place: Place, chain: Action): Trigger {
  return replaceStep(trigger, place.parent, (parent) => {
    const branchIndex = place.location === 'INSIDE_BRANCH' ? place.branchIndex : undefined;
    const old = slotsOf(parent).find((slot) => slot.location === place.location && slot.branchIndex === branchIndex)?.child;
    return withChild(parent, place, old ? append(chain, old) : chain);
  });
}

function append(chain: Action, rest: Action): Action {
  const links: Action[] = [];
  for (let link: Action | undefined = chain; link; link = link.nextAction) links.push(link);
  return links.reduceRight((next, link) => ({ ...link, nextAction: next }), rest);
}

/** The tree without a step and what hangs inside it; what came after it moves up. */
export function removeStep(trigger: Trigger, name: string): Trigger {
  return replaceStep(trigger, name, (step) => step.nextAction);
}

/** Every place of the tree, in the order of execution; not those of some steps. */
export function placesIn(trigger: Trigger, except: ReadonlySet<string> = new Set()): Place[] {
  return walk(trigger)
    .filter((step) => !except.has(step.name))
    .flatMap((step) =>
      slotsOf(step).map(({ location, branchIndex }): Place => {
        return branchIndex === undefined ? { parent: step.name, location } : { parent: step.name, location, branchIndex };
      }),
    );
}

/** Of some steps those that do not hang inside another of them, in the order of execution; never the trigger. */
export function blockOf(trigger: Trigger, names: ReadonlySet<string>): string[] {
  const inside = new Set<string>();
  const block: string[] = [];
  for (const step of walk(trigger)) {
    if (isTrigger(step) || !names.has(step.name) || inside.has(step.name)) continue;
    block.push(step.name);
    for (const name of namesInside(step)) inside.add(name);
  }
  return block;
}

/** Names that are free in the tree: the lowest `step_N` first. */
export function* freeNames(trigger: Trigger): Generator<string, never> {
  const taken = new Set(walk(trigger).map((step) => step.name));
  for (let number = 1; ; number += 1) {
    const name = `step_${number}`;
    if (!taken.has(name)) yield name;
  }
}
