import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiContentCopy, mdiLinkVariant, mdiTrashCanOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { Invitation, SendInvitation } from '../api/schema';
import { emailProblem } from '../design/field-problems';
import { Icon } from '../design/icon';
import { Notify } from '../design/notify';
import { SelectField } from '../design/select-field';
import { TextField } from '../design/text-field';

type Role = NonNullable<SendInvitation['platformRole']>;

/** Inviting somebody to the platform or to a project, and the invitations that are on their way. No e-mail is sent: one hands the link over. */
@Component({
  selector: 'pw-invitation-list',
  imports: [Icon, MatButtonModule, SelectField, TextField, TranslocoDirective],
  templateUrl: './invitation-list.html',
  styleUrls: ['./form.scss', './invitation-list.scss'],
})
export class InvitationList {
  readonly type = input.required<SendInvitation['type']>();
  readonly projectId = input<string>();

  private readonly api = inject(Api);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);
  protected readonly icons = { copy: mdiContentCopy, link: mdiLinkVariant, trash: mdiTrashCanOutline };

  protected readonly email = signal('');
  protected readonly role = signal<string>('MEMBER');
  private readonly tried = signal(false);
  protected readonly problem = computed(() => (this.tried() ? emailProblem(this.email()) : ''));
  protected readonly roles = computed(() =>
    ['MEMBER', 'ADMIN'].map((role) => ({ value: role, label: this.transloco.translate<string>(`users.role.${role}`) })),
  );
  /** The invitation whose link can be copied. */
  protected readonly made = signal<Invitation | null>(null);

  protected readonly invitations = resource({
    params: () => ({ type: this.type(), projectId: this.projectId() }),
    loader: async ({ params, abortSignal }) => {
      const query = { ...params, limit: 1000 };
      return (await ok(this.api.GET('/user-invitations', { params: { query }, signal: abortSignal }))).data;
    },
  });
  protected readonly pending = computed(() => (this.invitations.hasValue() ? this.invitations.value() : []));

  protected async send(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    if (this.problem()) return;
    if (await this.invite(this.email().trim(), this.role() as Role)) {
      this.email.set('');
      this.tried.set(false);
    }
  }

  /** An invitation's link is told once, when it is made: for another one it is made again, which keeps it one invitation. */
  protected renew(invitation: Invitation): Promise<boolean> {
    return this.invite(invitation.email, invitation.platformRole ?? 'MEMBER');
  }

  protected async copy(link: string): Promise<void> {
    await this.notify.attempt(async () => {
      await copyText(link);
      this.notify.done(this.transloco.translate('users.copied'));
    });
  }

  protected async takeBack(invitation: Invitation): Promise<void> {
    await this.notify.attempt(async () => {
      await ok(this.api.DELETE('/user-invitations/{id}', { params: { path: { id: invitation.id } } }));
      if (this.made()?.id === invitation.id) this.made.set(null);
      this.invitations.reload();
    });
  }

  private invite(email: string, platformRole: Role): Promise<boolean> {
    const place = this.type() === 'PLATFORM' ? { platformRole } : { projectId: this.projectId(), projectRole: 'Editor' as const };
    return this.notify.attempt(async () => {
      this.made.set(await ok(this.api.POST('/user-invitations', { body: { email, type: this.type(), ...place } })));
      this.invitations.reload();
    });
  }
}

/** The clipboard is only there on https and localhost; elsewhere an old way works. */
async function copyText(text: string): Promise<void> {
  if (window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}
