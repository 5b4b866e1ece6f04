import { Component, inject, input, type OnInit, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import { ApiProblem } from '../api/problem';
import { ProblemText } from '../design/problem-text';
import { Session } from '../session/session';
import { type Installation, Installations, installationOf } from '../session/installation';
import { SignInFrame } from './sign-in-frame';
import { SignUpForm } from './sign-up-form';

type State = 'opening' | 'joined' | 'new' | 'expired' | 'gone' | 'failed';
const REFUSALS: Record<string, State> = { INVALID_OR_EXPIRED_JWT_TOKEN: 'expired', ENTITY_NOT_FOUND: 'gone' };

/** Where the link of an invitation leads: who has an account joins, who has none makes one. */
@Component({
  selector: 'pw-invitation-page',
  imports: [RouterLink, SignInFrame, SignUpForm, TranslocoDirective],
  templateUrl: './invitation-page.html',
  styleUrl: './form.scss',
})
export class InvitationPage implements OnInit {
  readonly token = input<string>();
  readonly email = input<string>();

  protected readonly session = inject(Session);
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly problems = inject(ProblemText);
  private readonly installations = inject(Installations);
  protected readonly installation = signal<Installation>(installationOf({}));
  protected readonly state = signal<State>('opening');
  protected readonly failure = signal('');

  ngOnInit(): void {
    void this.installations.look().then(
      (found) => this.installation.set(found),
      () => undefined,
    );
    void this.accept();
  }

  protected async accept(): Promise<void> {
    this.state.set('opening');
    const call = this.api.POST('/user-invitations/accept', { body: { invitationToken: this.token() ?? '' } });
    try {
      this.state.set((await ok(call)).registered ? 'joined' : 'new');
    } catch (error) {
      this.failure.set(this.problems.of(error));
      this.state.set((error instanceof ApiProblem && REFUSALS[error.code]) || 'failed');
    }
  }

  protected enter(): void {
    void this.router.navigateByUrl('/flows');
  }

  /** Whether the browser is signed in as the one who was invited. */
  protected isMine(): boolean {
    return this.session.isSignedIn() && this.session.email() === this.email();
  }
}
