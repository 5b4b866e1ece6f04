/** Copies of steps: onto the clipboard, out of it, and beside the original. */
import { type Operation, type Place, type BareAction, addAction } from './operations';
import type { Action, Step, Trigger } from './step';
import { freeNames, innerSlotsOf, walk, withChild } from './tree';

/** What is on the clipboard, as JSON text: steps that stood one after the other, each with what hangs inside it. */
export interface CopiedSteps {
  piecework: 'steps';
  actions: Action[];
}

export function toClipboard(actions: Action[]): string {
  const copied: CopiedSteps = { piecework: 'steps', actions: actions.map((action) => withChild(action, { location: 'AFTER' }, undefined)) };
  return JSON.stringify(copied, null, 2);
}

/** The steps of a clipboard's text; undefined if it is something else. */
export function fromClipboard(text: string): Action[] | undefined {
  try {
    const value = JSON.parse(text) as Partial<CopiedSteps> | null;
    const actions = value?.piecework === 'steps' && Array.isArray(value.actions) ? value.actions : undefined;
    return actions?.length && actions.every(isAction) ? actions : undefined;
  } catch {
    return undefined;
  }
}

function isAction(value: unknown): value is Action {
  const action = value as Partial<Action> | null;
  return (
    typeof action?.name === 'string' && typeof action.type === 'string' && typeof action.settings === 'object' && action.settings !== null
  );
}

/** Operations that put copies of steps, one after the other, into a place of the tree, under names that are free there. */
export function pasteOperations(trigger: Trigger, actions: readonly Action[], place: Place): Operation[] {
  const operations: Operation[] = [];
  let next = place;
  for (const copy of copies(trigger, actions)) {
    operations.push(...insertOperations(copy, next));
    next = { parent: copy.name, location: 'AFTER' };
  }
  return operations;
}

/** Copies with names that are free in the tree; references from one copied step to another follow; sample data do not. */
export function copies(trigger: Trigger, actions: readonly Action[]): Action[] {
  const free = freeNames(trigger);
  const names = new Map(
    actions.flatMap((action) => walk(withChild(action, { location: 'AFTER' }, undefined))).map((step) => [step.name, free.next().value]),
  );
  return actions.map((action) => renamed(withChild(action, { location: 'AFTER' }, undefined), names));
}

function renamed(step: Action, names: ReadonlyMap<string, string>): Action {
  const settings = { ...(rewrite(step.settings, names) as Action['settings']) };
  delete settings.sampleData;
  let copy: Action = { ...step, name: names.get(step.name) ?? step.name, settings };
  for (const slot of [...innerSlotsOf(step), { location: 'AFTER' as const, child: step.nextAction }]) {
    if (slot.child) copy = withChild(copy, slot, renamed(slot.child, names));
  }
  return copy;
}

/** The value with the names of steps changed inside `{{ }}`; texts outside the braces and source code stay. */
export function rewrite(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string')
    return value.replace(/\{\{([\s\S]*?)\}\}/g, (_, inner: string) => `{{${rewriteExpression(inner, names)}}}`);
  if (Array.isArray(value)) return value.map((item) => rewrite(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, key === 'sourceCode' ? item : rewrite(item, names)]));
}

/** Renames free identifiers: not properties (`x.step_1`), not strings (`'step_1'`). */
function rewriteExpression(expression: string, names: ReadonlyMap<string, string>): string {
  const tokens = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(\.\s*)?[A-Za-z_$][\w$]*/g;
  return expression.replace(tokens, (token, dot: string | undefined) => (dot || /^['"]/.test(token) ? token : (names.get(token) ?? token)));
}

/** Operations that build a step with all that hangs inside it (not what comes after it) at a place. Its names must be free. */
export function insertOperations(action: Action, place: Place): Operation[] {
  const operations: Operation[] = [addAction(bare(action), place)];
  if (action.settings.sampleData && Object.keys(action.settings.sampleData).length > 0) {
    operations.push({
      type: 'UPDATE_SAMPLE_DATA_INFO',
      request: { stepName: action.name, sampleDataSettings: action.settings.sampleData },
    });
  }
  for (const slot of innerSlotsOf(action)) operations.push(...chainOperations(slot.child, { ...placeIn(action, slot) }));
  return operations;
}

/** As `insertOperations`, for a chain of steps. */
export function chainOperations(chain: Action | undefined, place: Place): Operation[] {
  const operations: Operation[] = [];
  let next = place;
  for (let link = chain; link; link = link.nextAction) {
    operations.push(...insertOperations(link, next));
    next = { parent: link.name, location: 'AFTER' };
  }
  return operations;
}

function placeIn(parent: Step, slot: { location: Place['location']; branchIndex?: number }): Place {
  const place: Place = { parent: parent.name, location: slot.location };
  return slot.branchIndex === undefined ? place : { ...place, branchIndex: slot.branchIndex };
}

/** An action without what hangs in it. */
export function bare(action: Action): BareAction {
  const alone: Partial<Action> = { ...action };
  delete alone.nextAction;
  delete alone.firstLoopAction;
  delete alone.children;
  delete alone.continueOnFailureBranches;
  return alone as BareAction;
}
