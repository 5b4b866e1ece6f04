import { apply } from '../model/apply';
import { emptyDraft, randomDraft, seeded } from '../model/random-draft';
import type { Action, Draft } from '../model/step';
import { blockOf, findStep, placeOf, placesIn, walk } from '../model/tree';
import {
  branchAddition,
  branchDuplication,
  branchRenaming,
  duplication,
  forbiddenPlaces,
  lastPlace,
  moving,
  newId,
  noteAddition,
  pastePlace,
  removal,
  renaming,
  skipToggle,
} from './edits';
import { placeKey } from './layout';

const names = (draft: Draft) => walk(draft.trigger).map((step) => step.name);

describe('edits', () => {
  it('moves a block of steps anywhere outside of it, in order, and loses none', () => {
    const draft = randomDraft(seeded(8), 14);
    const actions = names(draft).slice(1);
    for (const selection of [actions.slice(0, 1), actions.slice(2, 5), actions.slice(6, 8)].map((each) => new Set(each))) {
      const forbidden = forbiddenPlaces(draft.trigger, selection);
      const block = blockOf(draft.trigger, selection);
      for (const place of placesIn(draft.trigger)) {
        const operations = moving(draft.trigger, selection, place);
        if (forbidden.has(placeKey(place))) {
          expect(operations).toEqual([]);
          continue;
        }
        const moved = operations.reduce(apply, draft);
        expect(names(moved).sort()).toEqual(names(draft).sort());
        expect(placeOf(moved.trigger, block[0] ?? '')).toEqual(place);
        block.slice(1).forEach((name, index) => expect(placeOf(moved.trigger, name)).toEqual({ parent: block[index], location: 'AFTER' }));
      }
    }
  });

  it('duplicates, removes and skips a selection', () => {
    const draft = randomDraft(seeded(3), 10);
    const selection = new Set(['trigger', ...names(draft).slice(1, 3)]);
    const size = selection.size;
    expect(size).toBe(3);
    const doubled = duplication(draft.trigger, selection).reduce(apply, draft);
    expect(names(doubled).length).toBeGreaterThan(names(draft).length);
    const fewer = removal(draft.trigger, selection).reduce(apply, draft);
    for (const name of blockOf(draft.trigger, selection)) expect(findStep(fewer.trigger, name)).toBeUndefined();
    const skipped = skipToggle(draft.trigger, selection).reduce(apply, draft);
    expect([...selection].slice(1).every((name) => (findStep(skipped.trigger, name) as Action).skip)).toBe(true);
    const again = skipToggle(skipped.trigger, selection).reduce(apply, skipped);
    expect([...selection].slice(1).some((name) => (findStep(again.trigger, name) as Action).skip)).toBe(false);
    expect(removal(draft.trigger, new Set(['trigger']))).toEqual([]);
  });

  it('renames steps, and leaves them alone where nothing changes', () => {
    const { trigger } = randomDraft(seeded(3), 4);
    const step = trigger.nextAction as Action;
    expect(renaming(step, ` ${step.displayName} `)).toEqual([]);
    expect(renaming(step, '  ')).toEqual([]);
    expect(renaming(step, 'Other')).toMatchObject([{ type: 'UPDATE_ACTION', request: { name: step.name, displayName: 'Other' } }]);
    expect(renaming(trigger, 'Other')).toMatchObject([{ type: 'UPDATE_TRIGGER', request: { displayName: 'Other' } }]);
    expect(renaming(trigger, 'Other')[0]?.request).not.toHaveProperty('nextAction');
  });

  it('pastes after the last selected step, or at the end', () => {
    const { trigger } = randomDraft(seeded(6), 12);
    const third = walk(trigger)[3]?.name ?? '';
    expect(pastePlace(trigger, new Set(['trigger', third]))).toEqual({ parent: third, location: 'AFTER' });
    expect(pastePlace(trigger, new Set())).toEqual(lastPlace(trigger));
    expect(lastPlace(emptyDraft().trigger)).toEqual({ parent: 'trigger', location: 'AFTER' });
  });

  it('adds, duplicates and renames branches', () => {
    let seed = 1;
    const isFull = (step: { type: string }) => step.type === 'ROUTER' && (step as Action).children?.[0];
    while (!walk(randomDraft(seeded(seed), 12).trigger).some(isFull)) seed += 1;
    const draft = randomDraft(seeded(seed), 12);
    const router = walk(draft.trigger).find(isFull) as Action;
    const count = router.settings.branches?.length ?? 0;

    const added = branchAddition(router, 'New').reduce(apply, draft);
    const branches = (findStep(added.trigger, router.name) as Action).settings.branches ?? [];
    expect(branches.map((branch) => branch.branchType).at(-1)).toBe('FALLBACK');
    expect(branches[count - 1]?.branchName).toBe('New');

    const doubled = branchDuplication(draft.trigger, router, 0, 'Again').reduce(apply, draft);
    const [first, second] = (findStep(doubled.trigger, router.name) as Action).children ?? [];
    expect(walk(second as Action)).toHaveLength(walk(first as Action).length);
    expect(new Set(names(doubled)).size).toBe(names(doubled).length);

    const renamed = branchRenaming(router, 0, 'Other').reduce(apply, draft);
    expect((findStep(renamed.trigger, router.name) as Action).settings.branches?.[0]?.branchName).toBe('Other');
    expect(names(renamed)).toEqual(names(draft));
  });

  it('adds notes beside each other', () => {
    const first = noteAddition(emptyDraft(), { x: 100, y: 100 }, 'blue');
    const draft = first.operations.reduce(apply, emptyDraft());
    const second = noteAddition(draft, { x: 100, y: 100 }, 'blue');
    expect(second.note.position).toEqual({ x: first.note.position.x + 280, y: first.note.position.y });
    const beside = noteAddition(emptyDraft(), { x: 0, y: 32 }, 'blue', [{ x: -130, y: 0, width: 260, height: 64 }]);
    expect(beside.note.position).toEqual({ x: 170, y: -38 });
    expect(newId()).toMatch(/^[0-9A-Za-z]{21}$/);
  });
});
