import { Component, computed, inject, input, linkedSignal, output, signal, viewChildren } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { ApiProblem } from '../api/problem';
import { emailProblem, nameProblem, newPasswordProblem, refusedFields } from '../design/field-problems';
import { ProblemText } from '../design/problem-text';
import { TextField, focusProblem } from '../design/text-field';
import { Session } from '../session/session';
import { Submit } from './submit';

type Field = 'email' | 'password' | 'firstName' | 'lastName';

/** Who somebody is and the password that he wants; when he is signed up, `done`. */
@Component({
  selector: 'pw-sign-up-form',
  imports: [Submit, TextField, TranslocoDirective],
  templateUrl: './sign-up-form.html',
  styleUrl: './form.scss',
})
export class SignUpForm {
  /** The address that an invitation is for: it cannot be changed then. */
  readonly invited = input('');
  readonly done = output();

  private readonly session = inject(Session);
  private readonly problemText = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  private readonly fields = viewChildren(TextField);
  protected readonly email = linkedSignal(() => this.invited());
  protected readonly password = signal('');
  protected readonly firstName = signal('');
  protected readonly lastName = signal('');
  protected readonly busy = signal(false);
  protected readonly failure = signal('');
  private readonly tried = signal(false);
  /** What the server refused, by field, until the field is changed. */
  private readonly refused = signal<Partial<Record<Field, string>>>({});

  protected readonly problems = computed<Record<Field, string>>(() => {
    const refused = this.refused();
    const of = (field: Field, key: string): string => refused[field] || (this.tried() && key ? this.transloco.translate(key) : '');
    return {
      email: of('email', emailProblem(this.email())),
      password: of('password', newPasswordProblem(this.password())),
      firstName: of('firstName', nameProblem(this.firstName())),
      lastName: of('lastName', nameProblem(this.lastName())),
    };
  });

  protected type(field: Field, value: string): void {
    this[field].set(value);
    this.refused.update((refused) => ({ ...refused, [field]: '' }));
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.failure.set('');
    if (this.busy()) return;
    if (Object.values(this.problems()).some((problem) => problem)) {
      this.goToProblem();
      return;
    }
    this.busy.set(true);
    try {
      const [firstName, lastName] = [this.firstName().trim(), this.lastName().trim()];
      await this.session.signUp({ email: this.email().trim(), password: this.password(), firstName, lastName });
      this.done.emit();
    } catch (error) {
      this.say(error);
    } finally {
      this.busy.set(false);
    }
  }

  private say(error: unknown): void {
    const code = error instanceof ApiProblem ? error.code : '';
    const fields = refusedFields(error);
    if (code === 'EXISTING_USER') this.refused.set({ email: this.transloco.translate('signUp.problem.known') });
    else if (code === 'INVITATION_ONLY_SIGN_UP') this.refused.set({ email: this.transloco.translate('signUp.problem.notInvited') });
    else if (Object.keys(fields).some((field) => field in this.problems())) this.refused.set(fields);
    else this.failure.set(this.problemText.of(error));
    this.goToProblem();
  }

  private goToProblem(): void {
    setTimeout(() => focusProblem(this.fields()));
  }
}
