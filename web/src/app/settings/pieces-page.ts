import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiDownload, mdiPuzzleOutline } from '@mdi/js';
import { firstValueFrom } from 'rxjs';
import { Api, ok } from '../api/api';
import type { InstalledPiece, PieceMetadata, Platform } from '../api/schema';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { Pieces } from '../design/pieces';
import { SelectField } from '../design/select-field';
import { TextField } from '../design/text-field';
import { Session } from '../session/session';
import { ORIGINS, found, isHidden, namesWith } from './catalogue';
import { FailedInstalls } from './failed-installs';
import { PieceDetails } from './piece-details';
import { SettingsSection } from './settings-section';

/** The catalogue: what steps can be, where it comes from, and, for administrators, what is installed beside it and what nobody shall see. */
@Component({
  selector: 'pw-pieces-page',
  imports: [EmptyState, FailedInstalls, Icon, MatButtonModule, PieceDetails, SelectField, SettingsSection, TextField, TranslocoDirective],
  templateUrl: './pieces-page.html',
  styleUrl: './pieces-page.scss',
})
export class PiecesPage {
  private readonly api = inject(Api);
  private readonly catalogue = inject(Pieces);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  protected readonly session = inject(Session);

  protected readonly icons = { install: mdiDownload, puzzle: mdiPuzzleOutline };
  protected readonly wanted = signal('');
  protected readonly origin = signal('');
  protected readonly origins = computed(() =>
    ['', ...ORIGINS].map((value) => ({ value, label: this.transloco.translate<string>(`settings.pieces.origins.${value || 'any'}`) })),
  );

  protected readonly pieces = resource({
    params: () => ({
      projectId: this.session.projectId(),
      includeHidden: this.session.isAdministrator(),
      generation: this.catalogue.generation(),
    }),
    loader: ({ params: { projectId, includeHidden } }) => ok(this.api.GET('/pieces', { params: { query: { projectId, includeHidden } } })),
  });
  /** What was installed, and what could not be. */
  protected readonly installations = resource({
    params: () => (this.session.isAdministrator() ? this.catalogue.generation() : undefined),
    loader: () => ok(this.api.GET('/pieces/installations')),
  });
  private readonly platform = resource({
    params: () => (this.session.isAdministrator() ? this.session.platformId() : undefined),
    loader: ({ params: id }) => ok(this.api.GET('/platforms/{id}', { params: { path: { id } } })) as Promise<Platform>,
  });
  protected readonly failure = computed(() => (this.pieces.error() ? this.problems.of(this.pieces.error()) : ''));
  protected readonly failed = computed(() => (this.installations.hasValue() ? this.installations.value().failed : []));
  protected readonly found = computed(() => found(this.pieces.hasValue() ? this.pieces.value() : [], this.wanted(), this.origin()));

  /** The versions of a piece that can be removed. */
  protected installedOf(name: string): InstalledPiece[] {
    return this.installations.hasValue() ? this.installations.value().installed.filter((installed) => installed.name === name) : [];
  }

  protected isHidden(name: string): boolean {
    return this.platform.hasValue() && isHidden(this.platform.value(), name);
  }

  protected async hide(name: string, hidden: boolean): Promise<void> {
    if (!this.platform.hasValue()) return;
    const platform = this.platform.value();
    const body = { filteredPieceNames: namesWith(platform, name, hidden) };
    await this.notify.attempt(async () => {
      this.platform.set((await ok(this.api.POST('/platforms/{id}', { params: { path: { id: platform.id } }, body }))) as Platform);
    });
  }

  protected async install(): Promise<void> {
    const { InstallDialog } = await import('./install-dialog');
    const dialog = this.dialog.open<unknown, void, PieceMetadata>(InstallDialog, { width: '520px', maxWidth: '96vw' });
    const piece = await firstValueFrom(dialog.afterClosed());
    this.installations.reload(); // a failure is written down there
    if (!piece) return;
    this.notify.done(this.transloco.translate('settings.pieces.installed', { name: piece.displayName, version: piece.version }));
    this.origin.set('');
    this.wanted.set(piece.name);
  }
}
