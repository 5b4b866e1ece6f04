import { Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiTrashCanOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import { ApiProblem } from '../api/problem';
import type { Project } from '../api/schema';
import { Confirm } from '../design/confirm';
import { nameProblem } from '../design/field-problems';
import { Icon } from '../design/icon';
import { Notify } from '../design/notify';
import { TextField } from '../design/text-field';
import { Session } from '../session/session';
import { InvitationList } from './invitation-list';
import { PROJECT_COLOURS, type ProjectColour } from './project-colours';
import { SettingsSection } from './settings-section';

/** The project that one is in, who is invited to it, and the other projects. */
@Component({
  selector: 'pw-project-page',
  imports: [Icon, InvitationList, MatButtonModule, SettingsSection, TextField, TranslocoDirective],
  templateUrl: './project-page.html',
  styleUrls: ['./form.scss', './project-page.scss'],
})
export class ProjectPage {
  protected readonly session = inject(Session);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  protected readonly trash = mdiTrashCanOutline;
  protected readonly colours = Object.keys(PROJECT_COLOURS) as ProjectColour[];
  protected readonly looks = PROJECT_COLOURS;
  protected readonly name = linkedSignal(() => this.session.project()?.displayName ?? '');
  protected readonly externalId = linkedSignal(() => this.session.project()?.externalId ?? '');
  protected readonly colour = linkedSignal(() => this.session.project()?.icon.color);
  protected readonly taken = signal('');
  protected readonly nameProblem = computed(() => (this.session.project() ? nameProblem(this.name()) : ''));
  protected readonly externalIdProblem = computed(() =>
    this.taken() && this.taken() === this.externalId() ? 'settings.project.taken' : '',
  );

  protected readonly newName = signal('');
  protected readonly newTried = signal(false);
  protected readonly newProblem = computed(() => (this.newTried() ? nameProblem(this.newName()) : ''));

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    const colour = this.colour();
    if (this.nameProblem() || !colour) return;
    const body = { displayName: this.name().trim(), externalId: this.externalId().trim() || null, icon: { color: colour } };
    try {
      await ok(this.api.POST('/projects/{id}', { params: { path: { id: this.session.projectId() } }, body }));
      await this.session.loadProjects();
      this.notify.done(this.transloco.translate('common.saved'));
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'PROJECT_EXTERNAL_ID_ALREADY_EXISTS') this.taken.set(this.externalId());
      else this.notify.problem(error);
    }
  }

  protected async add(event: Event): Promise<void> {
    event.preventDefault();
    this.newTried.set(true);
    if (this.newProblem()) return;
    await this.notify.attempt(async () => {
      const project = await ok(this.api.POST('/projects', { body: { displayName: this.newName().trim() } }));
      await this.session.loadProjects();
      this.newName.set('');
      this.newTried.set(false);
      this.notify.done(this.transloco.translate('settings.project.added', { name: project.displayName }));
    });
  }

  protected async remove(project: Project): Promise<void> {
    const words = { name: project.displayName, count: project.analytics.totalFlows };
    const sure = await this.confirm.ask({
      heading: this.transloco.translate('settings.project.deleteHeading', words),
      text: this.transloco.translate('settings.project.deleteText', words),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (!sure) return;
    await this.notify.attempt(async () => {
      await ok(this.api.DELETE('/projects/{id}', { params: { path: { id: project.id } } }));
      await this.session.loadProjects();
      this.notify.done(this.transloco.translate('settings.project.deleted', words));
    });
  }
}
