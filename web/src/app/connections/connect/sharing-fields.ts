import { Component, computed, inject, input, model } from '@angular/core';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Notify } from '../../design/notify';
import { SelectField } from '../../design/select-field';
import { Session } from '../../session/session';
import type { Sharing } from './connecting';

/** Who may use a connection. For administrators. */
@Component({
  selector: 'pw-sharing-fields',
  imports: [MatCheckboxModule, SelectField, TranslocoDirective],
  template: `
    <ng-container *transloco="let t; prefix: 'connect.sharing'">
      @if (!isFixed()) {
        <pw-select-field
          [label]="t('who')"
          [choices]="choices()"
          [value]="sharing() ? 'PLATFORM' : 'PROJECT'"
          (valueChange)="sharing.set($event === 'PLATFORM' ? startOf() : null)"
        />
      }
      @if (sharing(); as shared) {
        <fieldset>
          <legend>{{ t('projects') }}</legend>
          @for (project of session.projects(); track project.id) {
            <mat-checkbox [checked]="shared.projectIds.includes(project.id)" (change)="toggle(project.id, $event.checked)">
              {{ project.displayName }}
            </mat-checkbox>
          }
          @if (shared.projectIds.length === 0) {
            <p class="problem" role="alert">{{ t('nobody') }}</p>
          }
          <mat-checkbox
            class="new"
            [checked]="shared.forNewProjects"
            (change)="sharing.set({ projectIds: shared.projectIds, forNewProjects: $event.checked })"
          >
            {{ t('newProjects') }}
          </mat-checkbox>
        </fieldset>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 12px;
    }
    fieldset {
      display: grid;
      max-height: 240px;
      margin: 0;
      padding: 8px 12px;
      overflow: auto;
      border: 1px solid var(--pw-line);
      border-radius: var(--pw-radius-small);
    }
    legend {
      padding: 0 4px;
      font-size: 13px;
      font-weight: 550;
    }
    .new {
      border-top: 1px solid var(--pw-line);
    }
    .problem {
      color: var(--pw-bad);
      font-size: 12.5px;
    }
  `,
})
export class SharingFields {
  protected readonly session = inject(Session);
  private readonly transloco = inject(TranslocoService);

  /** Whether it is decided that several projects share it. */
  readonly isFixed = input(false);
  readonly sharing = model.required<Sharing | null>();

  protected readonly choices = computed(() =>
    ['PROJECT', 'PLATFORM'].map((value) => ({ value, label: this.transloco.translate<string>(`connect.sharing.${value}`) })),
  );

  constructor() {
    // The builder does not list the projects.
    if (this.session.projects().length === 0) void inject(Notify).attempt(() => this.session.loadProjects());
  }

  protected startOf(): Sharing {
    return { projectIds: [this.session.projectId()], forNewProjects: false };
  }

  protected toggle(projectId: string, isShared: boolean): void {
    this.sharing.update((sharing) => {
      if (!sharing) return sharing;
      const others = sharing.projectIds.filter((id) => id !== projectId);
      return { ...sharing, projectIds: isShared ? [...others, projectId] : others };
    });
  }
}
