/** Short messages at the bottom of the window. */
import { Injectable, inject } from '@angular/core';
import { MatSnackBar } from '@angular/material/snack-bar';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { ProblemText } from './problem-text';

export { ProblemText };

@Injectable({ providedIn: 'root' })
export class Notify {
  private readonly snackBar = inject(MatSnackBar);
  private readonly transloco = inject(TranslocoService);
  private readonly problems = inject(ProblemText);

  /** Says that something is done. */
  done(text: string): void {
    this.snackBar.open(text, undefined, { duration: 4000, politeness: 'polite' });
  }

  /** Says that something is done and offers a way back; whether it was taken. */
  async doneWithUndo(text: string): Promise<boolean> {
    const shown = this.snackBar.open(text, this.transloco.translate('common.undo'), { duration: 8000, politeness: 'polite' });
    return (await firstValueFrom(shown.afterDismissed())).dismissedByAction;
  }

  /** Says what went wrong; it stays until it is read. */
  problem(error: unknown): void {
    this.snackBar.open(this.problems.of(error), this.transloco.translate('common.dismiss'), { duration: 12_000, politeness: 'assertive' });
  }

  /** Does something and says what went wrong, if it did; whether it worked. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    try {
      await action();
      return true;
    } catch (error) {
      this.problem(error);
      return false;
    }
  }
}
