import { pinched } from './pinch';
import { LARGEST, SMALLEST } from './viewport';

const VIEW = { x: 10, y: 20, scale: 1 };

describe('pinched', () => {
  it('keeps what is between the fingers between them', () => {
    const after = pinched(
      VIEW,
      [
        { x: 100, y: 100 },
        { x: 200, y: 100 },
      ],
      [
        { x: 100, y: 150 },
        { x: 250, y: 150 },
      ],
    );
    expect(after.scale).toBe(1.5);
    const under = (view: typeof VIEW, x: number, y: number) => [(x - view.x) / view.scale, (y - view.y) / view.scale];
    expect(under(after, 175, 150)).toEqual(under(VIEW, 150, 100));
  });

  it('moves without zooming', () => {
    const after = pinched(
      VIEW,
      [
        { x: 0, y: 0 },
        { x: 0, y: 50 },
      ],
      [
        { x: 30, y: 5 },
        { x: 30, y: 55 },
      ],
    );
    expect(after).toEqual({ x: 40, y: 25, scale: 1 });
  });

  it('ends at the smallest and the largest', () => {
    const near = [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
    ] as const;
    const far = [
      { x: 0, y: 0 },
      { x: 900, y: 0 },
    ] as const;
    expect(pinched(VIEW, near, far).scale).toBe(LARGEST);
    expect(pinched(VIEW, far, near).scale).toBe(SMALLEST);
  });
});
