/** The words for what went wrong. */
import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { ApiProblem } from '../api/problem';

@Injectable({ providedIn: 'root' })
export class ProblemText {
  private readonly transloco = inject(TranslocoService);

  /** A sentence for people: the message `problems.<code>` where there is one, else what the server said. */
  of(error: unknown): string {
    if (!(error instanceof ApiProblem)) return this.transloco.translate('problems.UNEXPECTED');
    if (error.isOffline) return this.transloco.translate('problems.OFFLINE');
    const key = `problems.${error.code}`;
    const text: string = this.transloco.translate(key, error.params);
    return text === key ? error.message || this.transloco.translate('problems.UNEXPECTED') : text;
  }
}
