/** Doing one thing to many flows: some may fail, the others go on. */

export interface Failure<T> {
  item: T;
  error: unknown;
}

export interface Outcome<T> {
  done: T[];
  failed: Failure<T>[];
}

const AT_ONCE = 4;

/** Does `action` to every item, a few at a time; the outcome has them in their order. */
export async function each<T>(items: readonly T[], action: (item: T) => Promise<unknown>): Promise<Outcome<T>> {
  const results = new Map<number, { error: unknown } | null>();
  const waiting = [...items.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, item] = next;
      results.set(
        index,
        await action(item).then(
          () => null,
          (error: unknown) => ({ error }),
        ),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const outcome: Outcome<T> = { done: [], failed: [] };
  for (const [index, item] of items.entries()) {
    const result = results.get(index);
    if (result) outcome.failed.push({ item, error: result.error });
    else outcome.done.push(item);
  }
  return outcome;
}
