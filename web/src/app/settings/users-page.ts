import { Component, computed, inject, resource } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiTrashCanOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { UpdateUser, User } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { type Choice, SelectField } from '../design/select-field';
import { Session } from '../session/session';
import { InvitationList } from './invitation-list';
import { SettingsSection } from './settings-section';

/** Everybody on the platform: their role, whether they may sign in, and who is invited. For administrators. */
@Component({
  selector: 'pw-users-page',
  imports: [Icon, InvitationList, MatButtonModule, SelectField, SettingsSection, TranslocoDirective],
  templateUrl: './users-page.html',
  styleUrls: ['./form.scss', './users-page.scss'],
})
export class UsersPage {
  protected readonly session = inject(Session);
  private readonly api = inject(Api);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  protected readonly trash = mdiTrashCanOutline;

  protected readonly users = resource({
    loader: async ({ abortSignal }) =>
      (await ok(this.api.GET('/users', { params: { query: { limit: 10_000 } }, signal: abortSignal }))).data,
  });
  protected readonly list = computed(() => (this.users.hasValue() ? this.users.value() : []));
  protected readonly failure = computed(() => (this.users.error() ? this.problems.of(this.users.error()) : ''));

  protected rolesFor(user: User): Choice[] {
    const roles = user.platformRole === 'OPERATOR' ? ['MEMBER', 'OPERATOR', 'ADMIN'] : ['MEMBER', 'ADMIN'];
    return roles.map((role) => ({ value: role, label: this.transloco.translate<string>(`users.role.${role}`) }));
  }

  protected setRole(user: User, role: string): Promise<void> {
    return this.change(user, { platformRole: role as User['platformRole'] });
  }

  protected toggle(user: User): Promise<void> {
    return this.change(user, { status: user.status === 'ACTIVE' ? 'INACTIVE' : 'ACTIVE' });
  }

  protected async remove(user: User): Promise<void> {
    const words = { name: nameOf(user) };
    const sure = await this.confirm.ask({
      heading: this.transloco.translate('users.deleteHeading', words),
      text: this.transloco.translate('users.deleteText', words),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (!sure) return;
    await this.notify.attempt(async () => {
      await ok(this.api.DELETE('/users/{id}', { params: { path: { id: user.id } } }));
      this.notify.done(this.transloco.translate('users.deleted', words));
    });
    this.users.reload();
    void this.notify.attempt(() => this.session.loadProjects());
  }

  protected nameOf = nameOf;

  private async change(user: User, body: UpdateUser): Promise<void> {
    await this.notify.attempt(async () => {
      const changed = await ok(this.api.POST('/users/{id}', { params: { path: { id: user.id } }, body }));
      this.users.update((users) => users?.map((other) => (other.id === changed.id ? changed : other)));
      this.notify.done(this.transloco.translate('common.saved'));
    });
  }
}

function nameOf(user: User): string {
  return `${user.firstName} ${user.lastName}`.trim() || user.email;
}
