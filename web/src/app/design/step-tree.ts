/** A flow's step tree, read for showing: which steps there are, in reading order. */

export type StepKind = 'PIECE' | 'CODE' | 'LOOP_ON_ITEMS' | 'ROUTER' | 'EMPTY';

/** What a list shows of a step. */
export interface StepBrief {
  name: string;
  displayName: string;
  kind: StepKind;
  /** The wire name of the piece (`@activepieces/piece-http`); empty for steps without one. */
  piece: string;
  /** The name of the piece's action; empty for other steps. */
  action: string;
  /** How many containers the step is in. */
  depth: number;
  /** The branch that begins with this step, if one does. */
  branch: string;
}

type Json = Record<string, unknown>;

/** The steps of a trigger's tree, containers before what is in them. What is no step is left out. */
export function stepsOf(trigger: unknown): StepBrief[] {
  const found: StepBrief[] = [];
  const open: { step: unknown; depth: number; branch: string }[] = [{ step: trigger, depth: 0, branch: '' }];
  // No recursion: a flow may have a thousand steps in a row.
  for (let next = open.pop(); next; next = open.pop()) {
    const { step, depth, branch } = next;
    if (!isRecord(step)) continue;
    found.push(brief(step, depth, branch));
    open.push({ step: step['nextAction'], depth, branch: '' });
    for (const inside of insideOf(step).reverse()) open.push({ ...inside, depth: depth + 1 });
  }
  return found;
}

function insideOf(step: Json): { step: unknown; branch: string }[] {
  const branches = listOf(recordOf(step['settings'])['branches']);
  const children = listOf(step['children']).map((child, index) => ({
    step: child,
    branch: textOf(recordOf(branches[index])['branchName']),
  }));
  const failure = recordOf(step['continueOnFailureBranches']);
  return [
    { step: step['firstLoopAction'], branch: '' },
    ...children,
    { step: failure['onSuccess'], branch: '' },
    { step: failure['onFailure'], branch: '' },
  ];
}

function brief(step: Json, depth: number, branch: string): StepBrief {
  return {
    name: textOf(step['name']),
    displayName: textOf(step['displayName']) || textOf(step['name']),
    kind: kindOf(textOf(step['type'])),
    piece: textOf(recordOf(step['settings'])['pieceName']),
    action: textOf(recordOf(step['settings'])['actionName']),
    depth,
    branch,
  };
}

function kindOf(type: string): StepKind {
  if (type === 'CODE' || type === 'LOOP_ON_ITEMS' || type === 'ROUTER' || type === 'EMPTY') return type;
  return 'PIECE';
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(value: unknown): Json {
  return isRecord(value) ? value : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
