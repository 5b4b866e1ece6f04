import { randomDraft, seeded } from '../model/random-draft';
import type { Action, Trigger } from '../model/step';
import { placeOf, placesIn, walk } from '../model/tree';
import { type Layout, type Rect, layout, placeKey } from './layout';

const touches = (a: Rect, b: Rect): boolean => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** Everything that takes up room, as rectangles round the centre where that is what is known. */
function solids({ boxes, labels, pluses }: Layout): (Rect & { what: string })[] {
  return [
    ...boxes.map((box) => ({ ...box, what: box.name })),
    ...labels.map(({ x, y, width, height, key }) => ({ x: x - width / 2, y: y - height / 2, width, height, what: key })),
    ...pluses.map(({ x, y, key }) => ({ x: x - 12, y: y - 12, width: 24, height: 24, what: key })),
  ];
}

/** Pairs that overlap; by a sweep from top to bottom, so that large flows do not take long. */
function overlaps(drawn: Layout): string[] {
  const found: string[] = [];
  const sorted = solids(drawn).sort((a, b) => a.y - b.y);
  sorted.forEach((a, index) => {
    for (const b of sorted.slice(index + 1)) {
      if (b.y >= a.y + a.height) break;
      if (touches(a, b)) found.push(`${a.what} / ${b.what}`);
    }
  });
  return found;
}

function chainOf(length: number): Trigger {
  let next: Action | undefined;
  for (let number = length; number > 0; number -= 1) {
    next = { name: `step_${number}`, type: 'CODE', displayName: '', valid: true, settings: {}, nextAction: next };
  }
  return { name: 'trigger', type: 'EMPTY', displayName: '', valid: false, settings: {}, nextAction: next };
}

describe('layout', () => {
  for (const [seed, size] of [1, 2, 3, 4, 5, 6].flatMap((each) => [[each, 12] as const, [each + 50, 80] as const])) {
    it(`draws a random flow of ${size} steps without overlaps (seed ${seed})`, () => {
      const { trigger } = randomDraft(seeded(seed), size);
      const drawn = layout(trigger);
      expect(overlaps(drawn)).toEqual([]);
      expect(drawn.boxes.map((box) => box.name)).toEqual(walk(trigger).map((step) => step.name));
      expect(drawn.pluses.map((plus) => plus.key).sort()).toEqual(placesIn(trigger).map(placeKey).sort());
      expect(drawn.items).toHaveLength(drawn.boxes.length + drawn.pluses.length + drawn.labels.length);
      const { x, y, width, height } = drawn.bounds;
      for (const solid of solids(drawn)) {
        expect(solid.x >= x && solid.x + solid.width <= x + width && solid.y >= y && solid.y + solid.height <= y + height).toBe(true);
      }
    });
  }

  it('puts every step below the one that it hangs on', () => {
    const { trigger } = randomDraft(seeded(9), 60);
    const tops = new Map(layout(trigger).boxes.map((box) => [box.name, box]));
    for (const [name, box] of tops) {
      const place = placeOf(trigger, name);
      const parent = place && tops.get(place.parent);
      if (parent) expect(box.y).toBeGreaterThanOrEqual(parent.y + parent.height);
    }
  });

  it('stands on whole pixels, with the trigger in the middle at the top', () => {
    const drawn = layout(randomDraft(seeded(4), 40).trigger);
    expect(drawn.boxes[0]).toMatchObject({ name: 'trigger', x: -130, y: 0, number: 1, depth: 0 });
    for (const { x, y } of [...drawn.boxes, ...drawn.pluses]) expect([x, y].every(Number.isInteger)).toBe(true);
  });

  it('marks what is inside a skipped step as skipped too', () => {
    const inner: Action = { name: 'inner', type: 'CODE', displayName: '', valid: true, settings: {} };
    const after: Action = { ...inner, name: 'after' };
    const loop: Action = { ...inner, name: 'loop', type: 'LOOP_ON_ITEMS', skip: true, firstLoopAction: inner, nextAction: after };
    const { boxes, edges } = layout({ ...chainOf(0), nextAction: loop });
    expect(boxes.map((box) => [box.name, box.skipped])).toEqual([
      ['trigger', false],
      ['loop', true],
      ['inner', true],
      ['after', false],
    ]);
    expect(edges.filter((edge) => edge.kind === 'back')).toHaveLength(1);
  });

  it('takes a thousand steps in a row, and a thousand nested ones, in no time', () => {
    const started = performance.now();
    expect(layout(chainOf(1000)).boxes).toHaveLength(1001);
    expect(layout(randomDraft(seeded(2), 200).trigger).boxes).toHaveLength(201);
    let nested: Action = { name: 'step_1', type: 'LOOP_ON_ITEMS', displayName: '', valid: true, settings: {} };
    for (let number = 2; number <= 1000; number += 1) nested = { ...nested, name: `step_${number}`, firstLoopAction: nested };
    expect(layout({ ...chainOf(0), nextAction: nested }).boxes).toHaveLength(1001);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
