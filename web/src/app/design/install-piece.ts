import { Component, inject, input, output, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressSpinnerModule } from '@angular/material/progress-spinner';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiDownload } from '@mdi/js';
import { Session } from '../session/session';
import { Icon } from './icon';
import { PieceInstalls, exactVersion } from './piece-installs';
import { ProblemText } from './problem-text';

/** Installs one version of a piece with a click; where that fails, says why. Who may not install is told whom to ask. */
@Component({
  selector: 'pw-install-piece',
  imports: [Icon, MatButtonModule, MatProgressSpinnerModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (session.isAdministrator()) {
        <button mat-stroked-button type="button" [disabled]="isBusy()" (click)="install()">
          @if (isBusy()) {
            <mat-spinner diameter="18" aria-hidden="true" />{{ t('installPiece.busy') }}
          } @else {
            <pw-icon [path]="icon" />{{ t('installPiece.do', { piece: piece(), version: exact(version()) }) }}
          }
        </button>
        @if (isBusy()) {
          <p class="note" role="status">{{ t('installPiece.busyText') }}</p>
        }
      } @else {
        <p class="note">{{ t('installPiece.ask') }}</p>
      }
      @if (problem()) {
        <p class="problem" role="alert">{{ problem() }}</p>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 6px;
      justify-items: start;
      min-width: 0;
    }
    button {
      max-width: 100%;
      height: auto;
      min-height: 32px;
      padding-block: 4px;
      white-space: normal;
      overflow-wrap: anywhere;
    }
    .note,
    .problem {
      color: var(--pw-text-soft);
      font-size: 12.5px;
    }
    .problem {
      color: var(--pw-bad);
      overflow-wrap: anywhere;
    }
  `,
})
export class InstallPiece {
  protected readonly session = inject(Session);
  private readonly installs = inject(PieceInstalls);
  private readonly problems = inject(ProblemText);

  /** The piece's name, as steps name it. */
  readonly piece = input.required<string>();
  readonly version = input.required<string>();
  readonly installed = output();

  protected readonly icon = mdiDownload;
  protected readonly exact = exactVersion;
  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');

  protected async install(): Promise<void> {
    this.isBusy.set(true);
    this.problem.set('');
    try {
      await this.installs.install(this.piece(), this.version());
      this.installed.emit();
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.isBusy.set(false);
  }
}
