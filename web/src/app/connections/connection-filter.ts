/** Which connections the list shows. */
import type { ListedConnection } from '../api/schema';

/** The words that must all be found, and whether only those that need somebody are shown. */
export interface ConnectionFilter {
  words: string;
  onlyBroken: boolean;
}

/** Whether steps can use it. */
export const works = (connection: Pick<ListedConnection, 'status'>): boolean => connection.status === 'ACTIVE';

/** The connections that fit: those that need somebody first, then by name. */
export function filtered<T extends ListedConnection>(
  all: readonly T[],
  { words, onlyBroken }: ConnectionFilter,
  pieceName: (name: string) => string,
  language: string,
): T[] {
  const wanted = words.trim().toLowerCase().split(/\s+/);
  return all
    .filter((connection) => !onlyBroken || !works(connection))
    .filter((connection) => {
      const text =
        `${connection.displayName} ${connection.externalId} ${connection.pieceName} ${pieceName(connection.pieceName)}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    })
    .sort((one, other) => Number(works(one)) - Number(works(other)) || one.displayName.localeCompare(other.displayName, language));
}

/** The connections that may take the place of another one: of the same piece, and able to. */
export function replacementsFor<T extends ListedConnection>(connection: T, all: readonly T[]): T[] {
  return all.filter((other) => other.id !== connection.id && other.pieceName === connection.pieceName && works(other));
}
