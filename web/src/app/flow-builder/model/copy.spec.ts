import { apply } from './apply';
import { copies, fromClipboard, pasteOperations, rewrite, toClipboard } from './copy';
import { emptyDraft, randomDraft, seeded } from './random-draft';
import type { Action } from './step';
import { findStep, placesIn, walk } from './tree';

describe('copy', () => {
  it('survives the clipboard', () => {
    const first = randomDraft(seeded(3), 20).trigger.nextAction as Action;
    const text = toClipboard([first]);
    const back = fromClipboard(text);
    expect(back).toHaveLength(1);
    expect(back?.[0]?.nextAction).toBeUndefined();
    expect(back?.[0]?.name).toBe(first.name);
  });

  it.each(['', 'hello', '{}', '[]', 'null', '{"piecework":"steps","actions":[]}', '{"piecework":"steps","actions":[{"name":1}]}'])(
    'does not take %j for steps',
    (text) => expect(fromClipboard(text)).toBeUndefined(),
  );

  it('pastes at every place under free names, with all that hangs inside', () => {
    for (const seed of [1, 2, 3]) {
      const draft = randomDraft(seeded(seed), 15);
      const actions = walk(draft.trigger).slice(1, 3) as Action[];
      const size = actions.reduce((sum, action) => sum + walk({ ...action, nextAction: undefined }).length, 0);
      for (const place of placesIn(draft.trigger)) {
        const pasted = pasteOperations(draft.trigger, actions, place).reduce(apply, draft);
        const names = walk(pasted.trigger).map((step) => step.name);
        expect(new Set(names).size).toBe(names.length);
        expect(names).toHaveLength(walk(draft.trigger).length + size);
      }
    }
  });

  it('lets references among the copied steps follow, and no sample data', () => {
    const inner: Action = {
      name: 'step_2',
      type: 'CODE',
      displayName: 'b',
      valid: true,
      settings: { input: { a: '{{step_1.x}} {{trigger.y}}' } },
    };
    const first: Action = {
      name: 'step_1',
      type: 'LOOP_ON_ITEMS',
      displayName: 'a',
      valid: true,
      settings: { items: '{{step_1}}', sampleData: { sampleDataFileId: 'f' } },
      firstLoopAction: inner,
    };
    const draft = pasteOperations(emptyDraft().trigger, [first], { parent: 'trigger', location: 'AFTER' }).reduce(apply, emptyDraft());
    const [copy] = copies(draft.trigger, [first]) as [Action];
    expect(copy.name).toBe('step_3');
    expect(copy.settings).toEqual({ items: '{{step_3}}' });
    expect(copy.firstLoopAction?.name).toBe('step_4');
    expect(copy.firstLoopAction?.settings.input).toEqual({ a: '{{step_3.x}} {{trigger.y}}' });
    expect(findStep(draft.trigger, 'step_2')).toBeDefined();
  });

  it('renames references, not properties, texts or code', () => {
    const names = new Map([['step_1', 'step_9']]);
    expect(rewrite('step_1 {{step_1.step_1}}', names)).toBe('step_1 {{step_9.step_1}}');
    expect(rewrite("{{step_1['step_1']}}", names)).toBe("{{step_9['step_1']}}");
    expect(rewrite("{{step_1['US$'] + '$&$1'}}", names)).toBe("{{step_9['US$'] + '$&$1'}}");
    expect(rewrite({ sourceCode: { code: '{{step_1}}' }, list: ['{{step_1}}', 4] }, names)).toEqual({
      sourceCode: { code: '{{step_1}}' },
      list: ['{{step_9}}', 4],
    });
  });
});
