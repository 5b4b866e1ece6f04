import { Component } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiMapMarkerQuestionOutline } from '@mdi/js';
import { EmptyState } from '../design/empty-state';

@Component({
  selector: 'pw-not-found-page',
  imports: [EmptyState, MatButtonModule, RouterLink, TranslocoDirective],
  template: `
    <pw-empty-state *transloco="let t" [icon]="icon" [heading]="t('notFound.title')" [text]="t('notFound.text')">
      <a mat-flat-button routerLink="/flows">{{ t('notFound.toFlows') }}</a>
    </pw-empty-state>
  `,
})
export class NotFoundPage {
  protected readonly icon = mdiMapMarkerQuestionOutline;
}
