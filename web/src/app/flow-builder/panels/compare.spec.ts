import type { Action, Draft, StepSettings } from '../model/step';
import { compare, fieldLabel, isSame } from './compare';

const code = (name: string, fields: Partial<Action> = {}): Action => ({
  name,
  type: 'CODE',
  displayName: name.toUpperCase(),
  valid: true,
  settings: { input: {} },
  ...fields,
});
const chain = (...steps: Action[]): Action | undefined =>
  steps.reduceRight<Action | undefined>((next, step) => (next ? { ...step, nextAction: next } : step), undefined);
const draft = (...steps: Action[]): Draft => {
  const nextAction = chain(...steps);
  const trigger = { name: 'trigger', type: 'EMPTY', displayName: 'Trigger', valid: false, settings: {} } as const;
  return { displayName: 'Flow', notes: [], trigger: nextAction ? { ...trigger, nextAction } : trigger };
};
const kinds = (before: Draft, after: Draft) => compare(before, after).steps.map((each) => `${each.step} ${each.kinds.join('+')}`);
const input = (value: StepSettings['input']): Partial<Action> => ({ settings: { input: value } });
const loop = (...inside: Action[]): Action => {
  const firstLoopAction = chain(...inside);
  return { ...code('loop'), type: 'LOOP_ON_ITEMS', settings: { items: '' }, ...(firstLoopAction ? { firstLoopAction } : {}) };
};

describe('compare', () => {
  it('finds nothing between a flow and itself, whatever was tested meanwhile', () => {
    const tested = draft(code('a', { settings: { input: {}, sampleData: { sampleDataFileId: 'x' } }, lastUpdatedDate: 'now' }));
    expect(isSame(compare(draft(code('a')), tested))).toBe(true);
  });

  it('names steps that came and went; their neighbours have not moved', () => {
    expect(kinds(draft(code('a'), code('b'), code('c')), draft(code('x'), code('a'), code('c')))).toEqual(['x added', 'b removed']);
  });

  it('shows changed fields before and after, the step name too', () => {
    const before = draft(code('a', { ...input({ url: 'http://old', headers: { accept: '*' }, list: [1, 2] }) }));
    const after = draft(code('a', { displayName: 'Call', ...input({ url: 'http://new', headers: { accept: '*' }, list: [1] }) }));
    expect(compare(before, after).steps[0]?.fields).toEqual([
      { path: 'name', before: 'A', after: 'Call' },
      { path: 'settings.input.url', before: 'http://old', after: 'http://new' },
      { path: 'settings.input.list.1', before: 2, after: undefined },
    ]);
  });

  it('sees one step move past others', () => {
    expect(kinds(draft(code('a'), code('b'), code('c')), draft(code('c'), code('a'), code('b')))).toEqual(['c moved']);
  });

  it('sees a step move into a loop and change there', () => {
    const after = draft(loop(code('a', { skip: true })), code('b'));
    expect(kinds(draft(loop(), code('a'), code('b')), after)).toEqual(['a moved+changed']);
  });

  it('tells of the name and the notes', () => {
    const note = { id: 'n', content: 'x', color: 'blue', position: { x: 0, y: 0 }, size: { width: 1, height: 1 } } as const;
    const comparison = compare({ ...draft(), notes: [note] }, { ...draft(), displayName: 'New', notes: [{ ...note, content: 'y' }] });
    expect(comparison.renamed).toEqual({ before: 'Flow', after: 'New' });
    expect(comparison.notes).toEqual({ added: 0, removed: 0, changed: 1 });
  });
});

describe('fieldLabel', () => {
  it('leaves out what all paths share and counts from one', () => {
    expect(fieldLabel('settings.input.headers.accept')).toBe('headers › accept');
    expect(fieldLabel('settings.branches.0.branchName')).toBe('branches › 1 › branchName');
  });
});
