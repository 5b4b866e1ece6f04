import { Component, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCloudAlertOutline, mdiPlus } from '@mdi/js';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { SearchField } from '../design/search-field';
import type { ProjectList } from './project-list';

/** What is around the rows of a project's list, which are its content (`li`): searching, adding, what is said when there is nothing. */
@Component({
  selector: 'pw-entry-list',
  imports: [EmptyState, Icon, MatButtonModule, MatProgressBarModule, SearchField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (list().failure(); as failure) {
        <pw-empty-state [icon]="icons.offline" [heading]="t(texts() + '.failed')" [text]="failure">
          <button mat-flat-button type="button" (click)="list().reload()">{{ t('common.retry') }}</button>
        </pw-empty-state>
      } @else if (list().isEmpty()) {
        <pw-empty-state [icon]="icon()" [heading]="t(texts() + '.none')" [text]="t(texts() + '.noneText')">
          <button mat-flat-button type="button" (click)="add.emit()">{{ t(texts() + '.new') }}</button>
        </pw-empty-state>
      } @else {
        <div class="tools">
          <pw-search-field [label]="t(texts() + '.search')" [value]="list().words()" (typed)="list().words.set($event)" />
          <ng-content select="[tool]" />
          <button mat-flat-button type="button" (click)="add.emit()"><pw-icon [path]="icons.add" />{{ t(texts() + '.new') }}</button>
        </div>
        <div class="card">
          @if (list().isLoading()) {
            <mat-progress-bar mode="indeterminate" [attr.aria-label]="t('common.loading')" />
          }
          <ul>
            <ng-content />
            @if (shown() === 0 && !list().isLoading()) {
              <li role="status">{{ t(texts() + '.nothing') }}</li>
            }
          </ul>
        </div>
      }
    </ng-container>
  `,
  styles: `
    .tools {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
      margin-bottom: 12px;
    }
    pw-search-field {
      flex: 1 1 200px;
    }
    .card {
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius);
      background: var(--pw-surface);
      overflow: hidden;
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      min-height: 60px;
      padding: 8px 16px;
      color: var(--pw-text-soft);
    }
  `,
})
export class EntryList {
  readonly list = input.required<ProjectList<unknown>>();
  /** How many rows there are: those of the list that fit its words. */
  readonly shown = input.required<number>();
  /** Where its texts are: `variables.list`. */
  readonly texts = input.required<string>();
  /** For a list with nothing in it. */
  readonly icon = input.required<string>();
  readonly add = output();

  protected readonly icons = { add: mdiPlus, offline: mdiCloudAlertOutline };
}
