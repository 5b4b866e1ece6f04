import { Component, computed, inject, resource } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { ProblemText } from '../design/notify';

export interface UsageOrder {
  connection: ListedConnection;
}

/** The flows that use a connection, with the steps; a click opens the flow at the first of them. */
@Component({
  selector: 'pw-usage-dialog',
  imports: [MatButtonModule, MatDialogModule, RouterLink, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h2 mat-dialog-title>{{ t('connections.usage.title', { name: order.connection.displayName }) }}</h2>
      <mat-dialog-content>
        @if (failure()) {
          <p role="alert">{{ failure() }}</p>
        } @else if (!uses.hasValue()) {
          <p role="status">{{ t('common.loading') }}</p>
        } @else {
          <ul>
            @for (use of uses.value(); track use.id) {
              <li>
                <a [routerLink]="['/flows', use.id]" [queryParams]="{ step: use.steps[0] }" mat-dialog-close>{{ use.displayName }}</a>
                <span>
                  {{ t('connections.usage.' + whereOf(use)) }} ·
                  {{ t('connections.usage.steps', { steps: use.steps.join(', ') }) }}
                </span>
              </li>
            } @empty {
              <li>{{ t('connections.usage.none') }}</li>
            }
          </ul>
        }
      </mat-dialog-content>
      <mat-dialog-actions align="end">
        <button mat-button type="button" mat-dialog-close>{{ t('common.close') }}</button>
      </mat-dialog-actions>
    </ng-container>
  `,
  styles: `
    ul {
      display: grid;
      gap: 12px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    a {
      font-weight: 560;
    }
    span {
      display: block;
      color: var(--pw-text-soft);
      font-size: 13px;
    }
  `,
})
export class UsageDialog {
  protected readonly order = inject<UsageOrder>(MAT_DIALOG_DATA);
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);

  protected readonly uses = resource({
    loader: async () => {
      const path = { id: this.order.connection.id };
      return (await ok(this.api.GET('/app-connections/{id}/usage', { params: { path } }))).data;
    },
  });
  protected readonly failure = computed(() => (this.uses.error() ? this.problems.of(this.uses.error()) : ''));

  protected whereOf({ inLatest, inPublished }: { inLatest: boolean; inPublished: boolean }): string {
    if (inLatest && inPublished) return 'both';
    return inPublished ? 'published' : 'draft';
  }
}
