import { each } from './bulk';

describe('each', () => {
  it('goes on after failures and keeps the order', async () => {
    const error = new Error('no');
    const outcome = await each([1, 2, 3, 4, 5, 6], async (item) => {
      await Promise.resolve();
      if (item % 2 === 0) throw error;
    });
    expect(outcome).toEqual({ done: [1, 3, 5], failed: [2, 4, 6].map((item) => ({ item, error })) });
  });
});
