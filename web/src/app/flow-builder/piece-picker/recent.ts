/** What was picked last, in this browser. */
const MOST = 5;
const keyOf = (kind: string) => `piecework.recent.${kind}`;

export function recentIds(kind: 'trigger' | 'action'): string[] {
  try {
    const ids = JSON.parse(localStorage.getItem(keyOf(kind)) ?? '[]') as unknown;
    return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export function remember(kind: 'trigger' | 'action', id: string): void {
  const ids = [id, ...recentIds(kind).filter((each) => each !== id)].slice(0, MOST);
  localStorage.setItem(keyOf(kind), JSON.stringify(ids));
}
