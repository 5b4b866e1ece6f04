import { Component, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { type Installation, Installations, installationOf, returnPath } from '../session/installation';
import { SignInFrame } from './sign-in-frame';
import { SignUpForm } from './sign-up-form';

/** Making an account: the first one of an installation, or a later one where anybody may come. */
@Component({
  selector: 'pw-sign-up-page',
  imports: [RouterLink, SignInFrame, SignUpForm, TranslocoDirective],
  template: `
    @if (installation(); as installation) {
      <pw-sign-in-frame
        *transloco="let t"
        [heading]="t(installation.founded ? 'signUp.heading' : 'signUp.headingFirst')"
        [text]="t(textOf(installation))"
        [platform]="installation.founded ? installation.platform : ''"
        [logo]="installation.logo"
      >
        @if (!installation.founded || installation.openSignUp) {
          <pw-sign-up-form (done)="enter()" />
        }
        @if (installation.founded) {
          <p class="other">
            {{ t('signUp.known') }} <a routerLink="/sign-in" [queryParams]="{ from: from() }">{{ t('signUp.toSignIn') }}</a>
          </p>
        }
      </pw-sign-in-frame>
    }
  `,
  styleUrl: './form.scss',
})
export class SignUpPage {
  readonly from = input<string>();

  private readonly router = inject(Router);
  protected readonly installation = signal<Installation | null>(null);

  constructor() {
    const installations = inject(Installations);
    const unknown = installationOf({ OPEN_SIGN_UP_ENABLED: true });
    void installations.look().then(
      (found) => this.installation.set(found),
      () => this.installation.set(unknown),
    );
  }

  protected textOf(installation: Installation): string {
    if (!installation.founded) return 'signUp.textFirst';
    return installation.openSignUp ? 'signUp.text' : 'signUp.closed';
  }

  protected enter(): void {
    void this.router.navigateByUrl(returnPath(this.from()));
  }
}
