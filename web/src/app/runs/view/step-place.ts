/** Where a step of a run is, as the API names it: `loop_1:3/approval` is `approval` in the third iteration of `loop_1`. Pure functions. */
import type { LoopPath } from './run-tree';

export interface StepPlace {
  name: string;
  path: LoopPath;
}

export function placeOf(text: string): StepPlace {
  const parts = text.split('/');
  const name = parts.pop() ?? '';
  const path = parts.map((part): readonly [string, number] => {
    const at = part.lastIndexOf(':');
    return [part.slice(0, at), Number(part.slice(at + 1)) - 1];
  });
  return { name, path };
}

/** "Approval · 3": what people call the step, with the iterations in which it is. */
export function titleOf({ name, path }: StepPlace, displayNames: Readonly<Record<string, string>>): string {
  return [displayNames[name] ?? name, ...path.map(([, iteration]) => iteration + 1)].join(' · ');
}
