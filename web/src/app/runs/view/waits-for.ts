import { Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { WaitpointView } from '../../api/schema';
import { DateTimePipe, RelativeTimePipe } from '../../design/when';
import type { WaitKind } from './waiting';

/** One thing that a run waits for, and until when: in words, and exactly. */
@Component({
  selector: 'pw-waits-for',
  imports: [DateTimePipe, RelativeTimePipe, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="what">{{ t('runView.waits.' + kind(), { step: step() }) }}</span>
      @if (waitpoint().until; as until) {
        <time [attr.datetime]="until">{{ t('runView.waits.until', { relative: (until | relativeTime), exact: (until | dateTime) }) }}</time>
      }
      @if (others()) {
        <span class="others">{{ t('runView.waits.others', { count: others() }) }}</span>
      }
    </ng-container>
  `,
  styles: `
    .what {
      font-weight: 550;
    }
    .others {
      font-style: italic;
    }
  `,
})
export class WaitsFor {
  readonly waitpoint = input.required<WaitpointView>();
  readonly kind = input.required<WaitKind>();
  /** What people call the step, with its iterations. */
  readonly step = input.required<string>();
  /** How many other things the run waits for, where there is room for one only. */
  readonly others = input(0);
}
