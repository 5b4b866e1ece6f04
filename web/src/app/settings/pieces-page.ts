import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiPuzzleOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import { EmptyState } from '../design/empty-state';
import { ProblemText } from '../design/notify';
import { TextField } from '../design/text-field';
import { Session } from '../session/session';
import { PieceDetails } from './piece-details';
import { SettingsSection } from './settings-section';

/** The pieces that are installed, with what each of them can do. */
@Component({
  selector: 'pw-pieces-page',
  imports: [EmptyState, MatButtonModule, PieceDetails, SettingsSection, TextField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-settings-section [heading]="t('settings.pieces.heading')" [text]="t('settings.pieces.text')">
        <pw-text-field type="search" [label]="t('settings.pieces.search')" [(value)]="wanted" />
        @if (failure()) {
          <p role="alert">{{ failure() }}</p>
          <button mat-stroked-button type="button" (click)="pieces.reload()">{{ t('common.retry') }}</button>
        }
        <ul>
          @for (piece of found(); track piece.name) {
            <li><pw-piece-details [piece]="piece" /></li>
          }
        </ul>
        @if (pieces.hasValue() && !found().length) {
          <pw-empty-state [icon]="puzzle" [heading]="t('settings.pieces.none')" [text]="t('settings.pieces.noneText')" />
        }
      </pw-settings-section>
    </ng-container>
  `,
  styles: `
    ul {
      margin: 12px 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      border-top: 1px solid var(--pw-line);
    }
    li:first-child {
      border-top: 0;
    }
  `,
})
export class PiecesPage {
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  protected readonly puzzle = mdiPuzzleOutline;
  protected readonly wanted = signal('');

  protected readonly pieces = resource({
    loader: () => ok(this.api.GET('/pieces', { params: { query: { projectId: this.session.projectId() } } })),
  });
  protected readonly failure = computed(() => (this.pieces.error() ? this.problems.of(this.pieces.error()) : ''));
  protected readonly found = computed(() => {
    const words = this.wanted().trim().toLowerCase().split(/\s+/);
    const pieces = this.pieces.hasValue() ? this.pieces.value() : [];
    return pieces.filter((piece) => {
      const text = `${piece.displayName} ${piece.description} ${piece.name}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  });
}
