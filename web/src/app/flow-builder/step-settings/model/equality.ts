/** Whether two JSON values say the same; a field that is undefined is as good as absent. */
export function isSame(first: unknown, second: unknown): boolean {
  if (Object.is(first, second)) return true;
  if (Array.isArray(first) && Array.isArray(second)) {
    return first.length === second.length && first.every((item, index) => isSame(item, second[index]));
  }
  if (!isRecord(first) || !isRecord(second)) return false;
  return [...new Set([...Object.keys(first), ...Object.keys(second)])].every((key) => isSame(first[key], second[key]));
}

/**
 * Whether two values of a dropdown name the same thing: they say the same, or they are the same thing as it was at two times (a flow
 * to call carries its sample data, which its author edits).
 */
export function isSameChoice(first: unknown, second: unknown): boolean {
  if (isRecord(first) && isRecord(second) && typeof first['externalId'] === 'string') return first['externalId'] === second['externalId'];
  return isSame(first, second);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * What was edited here (`base` → `edited`) put on top of what is there now: a field that was not touched here is as it is there, also
 * inside objects. Lists count as one value.
 */
export function rebased(base: unknown, edited: unknown, current: unknown): unknown {
  if (isSame(base, edited)) return current;
  if (isSame(base, current) || !isRecord(base) || !isRecord(edited) || !isRecord(current)) return edited;
  const keys = new Set([...Object.keys(current), ...Object.keys(edited)]);
  const result: Record<string, unknown> = {};
  for (const key of keys) {
    const value = rebased(base[key], edited[key], current[key]);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
