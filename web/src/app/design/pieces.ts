/** What the server knows of pieces: read once, kept until something is installed or removed. */
import { Injectable, computed, inject, resource, signal } from '@angular/core';
import { Api, ok } from '../api/api';
import type { PieceMetadata, PieceSummary } from '../api/schema';

/** The name without what all names share: `http` of `@activepieces/piece-http`. */
export function shortName(piece: string): string {
  return piece.replace(/^@[^/]+\/piece-/, '');
}

@Injectable({ providedIn: 'root' })
export class Pieces {
  private readonly api = inject(Api);
  private readonly known = new Map<string, Promise<PieceMetadata>>();
  private readonly loaded = resource({ params: () => this.generation(), loader: () => ok(this.api.GET('/pieces')) });

  private readonly changes = signal(0);
  /** Grows when pieces were installed or removed: who shows something of a piece reads it again. */
  readonly generation = this.changes.asReadonly();

  /** Every installed piece, by display name. Empty until the server has answered; reading it starts that. */
  readonly summaries = computed<PieceSummary[]>(() => (this.loaded.hasValue() ? this.loaded.value() : []));
  /** Whether the server has answered, well or not. */
  readonly isLoaded = computed(() => !this.loaded.isLoading());
  readonly byName = computed(() => new Map(this.summaries().map((piece) => [piece.name, piece])));

  /** The name that people know a piece by. */
  displayName(piece: string): string {
    return this.byName().get(piece)?.displayName ?? shortName(piece);
  }

  /** Something was installed or removed. */
  forget(): void {
    this.known.clear();
    this.changes.update((count) => count + 1);
  }

  /** A piece with the forms of its actions and triggers; asked for once. Rejects with ENTITY_NOT_FOUND for one that is not installed. */
  metadata(name: string, version?: string): Promise<PieceMetadata> {
    const key = `${name}@${version ?? ''}`;
    const known = this.known.get(key) ?? this.read(name, version);
    this.known.set(key, known);
    known.catch(() => this.known.delete(key)); // what failed is tried again the next time
    return known;
  }

  private read(name: string, version?: string): Promise<PieceMetadata> {
    const query = version ? { version } : {};
    const [scope, rest] = name.startsWith('@') ? name.split('/', 2) : [undefined, name];
    if (scope && rest)
      return ok(this.api.GET('/pieces/{scope}/{name}', { params: { path: { scope, name: rest }, query } })) as Promise<PieceMetadata>;
    return ok(this.api.GET('/pieces/{name}', { params: { path: { name }, query } }));
  }
}
