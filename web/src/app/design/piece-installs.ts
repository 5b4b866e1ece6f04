/** Installing pieces from npm, and removing them. For administrators of the platform. */
import { Injectable, inject } from '@angular/core';
import { Api, ok } from '../api/api';
import type { PieceMetadata } from '../api/schema';
import { Pieces } from './pieces';

/** `0.6.20` of `~0.6.20`: what is installed is exact, what a step names may be a range. */
export const exactVersion = (version: string): string => version.replace(/^[~^=v\s]+/, '');

@Injectable({ providedIn: 'root' })
export class PieceInstalls {
  private readonly api = inject(Api);
  private readonly pieces = inject(Pieces);

  /** Installs a version from the registry. Rejects with the server's reason. */
  install(pieceName: string, version: string): Promise<PieceMetadata> {
    const body = { packageType: 'REGISTRY' as const, scope: 'PLATFORM' as const, pieceName, pieceVersion: exactVersion(version) };
    return this.changing(ok(this.api.POST('/pieces', { body })) as Promise<PieceMetadata>);
  }

  /** Installs a package as `npm pack` makes it. */
  upload(pieceName: string, pieceVersion: string, archive: Blob): Promise<PieceMetadata> {
    const form = new FormData();
    const fields = { packageType: 'ARCHIVE', scope: 'PLATFORM', pieceName, pieceVersion };
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('pieceArchive', archive, 'package.tgz');
    return this.changing(
      ok(this.api.POST('/pieces', { body: form as never, bodySerializer: (body: unknown) => body as FormData })) as Promise<PieceMetadata>,
    );
  }

  /** Removes a version, by the piece's id. */
  remove(id: string): Promise<unknown> {
    return this.changing(this.api.DELETE('/pieces/{name}', { params: { path: { name: id } } }));
  }

  private async changing<T>(change: Promise<T>): Promise<T> {
    const result = await change;
    this.pieces.forget();
    return result;
  }
}
