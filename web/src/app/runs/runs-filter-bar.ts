import { Component, computed, input, model } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatInputModule } from '@angular/material/input';
import { MatSelectModule } from '@angular/material/select';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose } from '@mdi/js';
import { Icon } from '../design/icon';
import { NO_FILTERS, PERIODS, type RunFilters, STATUSES, isNarrowed } from './run-filter';
import type { FlowName } from './runs-store';

/** What the runs are filtered by. Each change is told at once. */
@Component({
  selector: 'pw-runs-filter-bar',
  imports: [Icon, MatButtonModule, MatFormFieldModule, MatInputModule, MatSelectModule, TranslocoDirective],
  templateUrl: './runs-filter-bar.html',
  styles: `
    .fields {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
    }
    mat-form-field {
      flex: 1 1 150px;
      max-width: 220px;
    }
    .chips {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
      align-items: center;
      margin-top: 8px;
    }
    .chip {
      --pw-icon-size: 16px;
      display: inline-flex;
      gap: 6px;
      align-items: center;
      min-height: 28px;
      padding: 2px 8px 2px 10px;
      border: 0;
      border-radius: 999px;
      background: var(--pw-accent-soft);
      color: var(--pw-accent);
      font: inherit;
      font-size: 12.5px;
      cursor: pointer;
    }
    @media (max-width: 760px) {
      mat-form-field {
        flex-basis: 140px;
        max-width: none;
      }
    }
  `,
})
export class RunsFilterBar {
  readonly filters = model.required<RunFilters>();
  readonly flows = input.required<readonly FlowName[]>();

  protected readonly periods = PERIODS;
  protected readonly statuses = STATUSES;
  protected readonly close = mdiClose;
  protected readonly isNarrowed = computed(() => isNarrowed(this.filters()));
  /** Flows that are filtered by and do not exist any more are offered by their ids: one must be able to take them out. */
  protected readonly offered = computed(() => {
    const known = new Set(this.flows().map((flow) => flow.id));
    return [
      ...this.flows(),
      ...this.filters()
        .flows.filter((id) => !known.has(id))
        .map((id) => ({ id, name: id })),
    ];
  });

  protected set(changed: Partial<RunFilters>): void {
    this.filters.set({ ...this.filters(), ...changed });
  }

  protected addTag(field: HTMLInputElement): void {
    const tag = field.value.trim();
    field.value = '';
    if (tag && !this.filters().tags.includes(tag)) this.set({ tags: [...this.filters().tags, tag] });
  }

  protected removeTag(tag: string): void {
    this.set({ tags: this.filters().tags.filter((each) => each !== tag) });
  }

  protected clear(): void {
    this.set({ ...NO_FILTERS, period: this.filters().period, from: this.filters().from, to: this.filters().to });
  }
}
