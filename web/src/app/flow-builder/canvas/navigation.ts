/** Where the arrow keys lead from a step. */
import { type Step, type Trigger, isTrigger } from '../model/step';
import { type Slot, findStep, innerSlotsOf, pathTo } from '../model/tree';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The name of the step that lies in a direction of another one; undefined if there is none. */
export function neighbour(trigger: Trigger, name: string, direction: Direction): string | undefined {
  if (direction === 'up') return pathTo(trigger, name)?.at(-1)?.step.name;
  if (direction === 'down') return below(trigger, name);
  return beside(trigger, name, direction === 'left' ? -1 : 1);
}

/** The first step inside, or else the one that comes after; at the end of a branch the one after what the branch belongs to. */
function below(trigger: Trigger, name: string): string | undefined {
  const path = pathTo(trigger, name);
  const step = findStep(trigger, name);
  if (!path || !step) return undefined;
  const inside = innerSlotsOf(step).find((slot) => slot.child)?.child;
  if (inside ?? step.nextAction) return (inside ?? step.nextAction)?.name;
  return path.toReversed().find(({ step: around, slot }) => slot.location !== 'AFTER' && around.nextAction)?.step.nextAction?.name;
}

/** In the nearest branch at the side that has steps, the one as far down, or the last one. */
function beside(trigger: Trigger, name: string, by: 1 | -1): string | undefined {
  const path = pathTo(trigger, name) ?? [];
  for (let index = path.length - 1, depth = 0; index >= 0; index -= 1) {
    const { step, slot } = path[index] as { step: Step; slot: Slot };
    if (slot.location === 'AFTER') {
      depth += 1;
      continue;
    }
    const slots = isTrigger(step) ? [] : innerSlotsOf(step);
    const at = slots.findIndex((each) => each.location === slot.location && each.branchIndex === slot.branchIndex);
    const others = by > 0 ? slots.slice(at + 1) : slots.slice(0, at).toReversed();
    const first = others.find((each) => each.child)?.child;
    if (first) return along(first, depth);
    depth = 0;
  }
  return undefined;
}

function along(first: Step, distance: number): string {
  let step = first;
  for (let left = distance; left > 0 && step.nextAction; left -= 1) step = step.nextAction;
  return step.name;
}
