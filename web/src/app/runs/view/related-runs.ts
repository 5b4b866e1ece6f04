import { Component, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { FlowRunView } from '../../api/schema';
import { StatusChip } from '../../design/status-chip';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import type { StepPlace } from './step-place';

/** A run that another one started, with the step that did, where that is known. */
export interface ChildRun {
  run: FlowRunView;
  caller: (StepPlace & { title: string }) | null;
}

/** The run that started this one, and those that this one started: the other flows' runs, each a link. */
@Component({
  selector: 'pw-related-runs',
  imports: [DateTimePipe, RelativeTimePipe, RouterLink, StatusChip, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (parent(); as run) {
        <h3>{{ t('runView.related.parent') }}</h3>
        <ul [attr.aria-label]="t('runView.related.parent')">
          <li>
            <a [routerLink]="['/flows', run.flowId, 'runs', run.id]">{{ run.displayName || t('runs.unknownFlow') }}</a>
            <pw-status-chip [status]="run.status" />
          </li>
        </ul>
      }
      @if (children().length) {
        <h3>{{ t('runView.related.children') }}</h3>
        <ul [attr.aria-label]="t('runView.related.children')">
          @for (child of children(); track child.run.id) {
            <li>
              <a [routerLink]="['/flows', child.run.flowId, 'runs', child.run.id]">{{ child.run.displayName || t('runs.unknownFlow') }}</a>
              <pw-status-chip [status]="child.run.status" />
              <span class="more">
                <time [attr.datetime]="child.run.created" [title]="child.run.created | dateTime">{{
                  child.run.created | relativeTime
                }}</time>
                @if (child.caller; as caller) {
                  ·
                  <button type="button" (click)="choose.emit(caller)">{{ t('runView.related.startedBy', { step: caller.title }) }}</button>
                }
              </span>
            </li>
          }
        </ul>
        @if (hasMore()) {
          <p>{{ t('runView.related.cut', { count: children().length }) }}</p>
        }
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;
    }
    ul {
      display: grid;
      gap: 8px;
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 8px;
      align-items: center;
      justify-content: space-between;
      padding: 8px 12px;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius-small);
    }
    a {
      overflow: hidden;
      font-weight: 550;
      text-overflow: ellipsis;
    }
    .more {
      flex: 1 0 100%;
      color: var(--pw-text-soft);
      font-size: 12.5px;
    }
    button {
      padding: 0;
      border: 0;
      background: none;
      color: var(--pw-accent);
      font: inherit;
      text-decoration: underline;
      cursor: pointer;
    }
    p {
      color: var(--pw-text-soft);
    }
  `,
})
export class RelatedRuns {
  readonly parent = input<FlowRunView | null>(null);
  readonly children = input<readonly ChildRun[]>([]);
  /** Whether there are more than are listed. */
  readonly hasMore = input(false);
  readonly choose = output<StepPlace>();
}
