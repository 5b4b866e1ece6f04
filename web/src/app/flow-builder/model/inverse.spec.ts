import { apply } from './apply';
import { inverse } from './inverse';
import type { Operation } from './operations';
import { emptyDraft, randomDraft, randomOperation, seeded } from './random-draft';
import type { Draft } from './step';
import { walk } from './tree';

/** A draft without what makes no difference: a `skip` that is false, branches of errors that are empty. */
function plain(draft: Draft): unknown {
  return JSON.parse(
    JSON.stringify(draft, (key, value: unknown) => {
      if (key === 'skip' && value === false) return undefined;
      if (key === 'continueOnFailureBranches' && Object.keys(value as object).length === 0) return undefined;
      return value;
    }),
  );
}

describe('inverse', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    it(`leads back from any sequence of edits (seed ${seed})`, () => {
      const random = seeded(seed);
      const start = randomDraft(random, 25);
      const drafts = [start];
      const backward: Operation[][] = [];
      for (let count = 0; count < 120; count += 1) {
        const before = drafts.at(-1) as Draft;
        const operation = randomOperation(before, random);
        backward.push(inverse(before, operation));
        drafts.push(apply(before, operation));
      }
      for (let index = backward.length - 1; index >= 0; index -= 1) {
        const back = (backward[index] ?? []).reduce(apply, drafts[index + 1] as Draft);
        expect(plain(back)).toEqual(plain(drafts[index] as Draft));
      }
    });
  }

  it('brings deleted steps back once each, when one hangs inside another', () => {
    const draft = randomDraft(seeded(11), 20);
    const names = walk(draft.trigger)
      .slice(1)
      .map((step) => step.name);
    const operation: Operation = { type: 'DELETE_ACTION', request: { names: names.toReversed() } };
    const back = inverse(draft, operation).reduce(apply, apply(draft, operation));
    expect(plain(back)).toEqual(plain(draft));
  });

  it('does not undo sample data', () => {
    const operation: Operation = { type: 'UPDATE_SAMPLE_DATA_INFO', request: { stepName: 'trigger', sampleDataSettings: null } };
    expect(inverse(emptyDraft(), operation)).toEqual([]);
  });
});
