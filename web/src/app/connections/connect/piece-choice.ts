import { Component, computed, inject, output, resource, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../../api/api';
import { PieceIcon } from '../../design/piece-icon';
import { ProblemText } from '../../design/problem-text';
import { TextField } from '../../design/text-field';
import { Session } from '../../session/session';
import { authKindsOf } from './auth-kinds';

/** The pieces that can be connected, to choose one from. */
@Component({
  selector: 'pw-piece-choice',
  imports: [PieceIcon, TextField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-text-field type="search" [label]="t('connect.searchPiece')" [(value)]="wanted" />
      <ul>
        @for (piece of found(); track piece.name) {
          <li>
            <button type="button" (click)="chosen.emit(piece.name)">
              <pw-piece-icon kind="PIECE" [piece]="piece.name" />
              <span>{{ piece.displayName }}</span>
            </button>
          </li>
        } @empty {
          <li class="none" role="status">{{ failure() || t(pieces.isLoading() ? 'common.loading' : 'connect.noPiece') }}</li>
        }
      </ul>
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
      padding-top: 4px;
    }
    ul {
      --pw-piece-size: 28px;
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(200px, 1fr));
      align-content: start;
      gap: 4px;
      height: min(360px, 50dvh);
      margin: 12px 0 0;
      padding: 0;
      overflow: auto;
      list-style: none;
    }
    button {
      display: flex;
      gap: 12px;
      align-items: center;
      width: 100%;
      padding: 8px;
      border: 0;
      border-radius: var(--pw-radius-small);
      background: none;
      color: var(--pw-text);
      font: inherit;
      text-align: left;
      cursor: pointer;
    }
    button:hover {
      background: var(--pw-ground);
    }
    button:focus-visible {
      outline-offset: -2px;
    }
    .none {
      padding: 8px;
      color: var(--pw-text-soft);
    }
  `,
})
export class PieceChoice {
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  readonly chosen = output<string>();

  protected readonly wanted = signal('');
  /** Those that the project's people see: not what the platform hides. */
  protected readonly pieces = resource({
    loader: () => ok(this.api.GET('/pieces', { params: { query: { projectId: this.session.projectId() } } })),
  });
  protected readonly failure = computed(() => (this.pieces.error() ? this.problems.of(this.pieces.error()) : ''));
  private readonly connectable = computed(() =>
    (this.pieces.hasValue() ? this.pieces.value() : []).filter((piece) => authKindsOf(piece.auth).length > 0),
  );
  protected readonly found = computed(() => {
    const words = this.wanted().trim().toLowerCase().split(/\s+/);
    return this.connectable().filter((piece) => words.every((word) => `${piece.displayName} ${piece.name}`.toLowerCase().includes(word)));
  });
}
