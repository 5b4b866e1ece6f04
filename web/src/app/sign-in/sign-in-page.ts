import { Component, computed, inject, input, signal, viewChildren } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ApiProblem, WRONG_PASSWORD } from '../api/problem';
import { emailProblem } from '../design/field-problems';
import { ProblemText } from '../design/problem-text';
import { TextField, focusProblem } from '../design/text-field';
import { Session } from '../session/session';
import { type Installation, Installations, installationOf, returnPath } from '../session/installation';
import { SignInFrame } from './sign-in-frame';
import { Submit } from './submit';

/** Signing in with e-mail and password. On a fresh installation it leads to the first sign-up. */
@Component({
  selector: 'pw-sign-in-page',
  imports: [RouterLink, SignInFrame, Submit, TextField, TranslocoDirective],
  templateUrl: './sign-in-page.html',
  styleUrl: './form.scss',
})
export class SignInPage {
  /** The page that wanted somebody signed in. */
  readonly from = input<string>();
  /** Whether a session ended by itself. */
  readonly expired = input<string>();
  /** Whose invitation led here. */
  readonly email = input<string>();

  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly problems = inject(ProblemText);
  private readonly fields = viewChildren(TextField);
  protected readonly installation = signal<Installation | null>(null);
  private readonly typedEmail = signal<string | null>(null);
  protected readonly address = computed(() => this.typedEmail() ?? this.email() ?? '');
  protected readonly password = signal('');
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  /** The key of what is wrong with the password, or of the whole. */
  protected readonly refused = signal('');
  protected readonly failure = signal('');

  protected readonly emailProblem = computed(() => (this.tried() ? emailProblem(this.address()) : ''));
  protected readonly passwordProblem = computed(() =>
    this.tried() && !this.password() ? 'signUp.problem.passwordMissing' : this.refused(),
  );

  constructor() {
    void this.look(inject(Installations));
  }

  protected typeEmail(email: string): void {
    this.typedEmail.set(email);
    this.refused.set('');
  }

  protected typePassword(password: string): void {
    this.password.set(password);
    this.refused.set('');
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.failure.set('');
    if (this.busy() || this.emailProblem() || !this.password()) {
      setTimeout(() => focusProblem(this.fields()));
      return;
    }
    this.busy.set(true);
    try {
      await this.session.signIn(this.address().trim(), this.password());
      await this.router.navigateByUrl(returnPath(this.from()));
    } catch (error) {
      this.say(error);
    } finally {
      this.busy.set(false);
    }
  }

  private say(error: unknown): void {
    if (error instanceof ApiProblem && error.code === WRONG_PASSWORD) {
      this.refused.set('signIn.wrong');
      setTimeout(() => focusProblem(this.fields()));
    } else {
      this.failure.set(this.problems.of(error));
    }
  }

  /** A server that does not answer must not keep the form away: it is said when the form is sent. */
  private async look(installations: Installations): Promise<void> {
    const installation = await installations.look().catch(() => installationOf({}));
    if (installation.founded) this.installation.set(installation);
    else await this.router.navigate(['/sign-up'], { queryParams: { from: this.from() }, replaceUrl: true });
  }
}
