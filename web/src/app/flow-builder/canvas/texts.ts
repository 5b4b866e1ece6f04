/** The words on the canvas. Reading them follows the language. */
import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Language } from '../../design/language';
import { Pieces } from '../../design/pieces';
import type { Place } from '../model/operations';
import { type Action, type Step, isTrigger } from '../model/step';

@Injectable()
export class Texts {
  private readonly transloco = inject(TranslocoService);
  private readonly language = inject(Language);
  private readonly pieces = inject(Pieces);

  t(key: string, params?: Record<string, unknown>): string {
    return this.word(`canvas.${key}`, params);
  }

  /** A message of the whole application. */
  word(key: string, params?: Record<string, unknown>): string {
    this.language.current();
    return this.transloco.translate(key, params);
  }

  nameOf(step: Step): string {
    return step.type === 'EMPTY' ? this.t('step.chooseTrigger') : step.displayName;
  }

  /** What a step is: its piece's name, or its kind. */
  kindOf(step: Step): string {
    return step.settings.pieceName ? this.pieces.displayName(step.settings.pieceName) : this.t(`kind.${step.type}`);
  }

  /** The name of a chain inside a step. */
  branchOf(step: Step, { location, branchIndex }: Pick<Place, 'location' | 'branchIndex'>): string {
    if (location !== 'INSIDE_BRANCH') return this.t(`branch.${location}`);
    return (isTrigger(step) ? undefined : (step as Action).settings.branches?.[branchIndex ?? 0]?.branchName) ?? '';
  }

  /** "after X", "in the branch Y of X": where something goes. */
  whereIs(parent: Step, place: Place): string {
    const step = this.nameOf(parent);
    if (place.location === 'AFTER') return this.t('place.after', { step });
    return this.t(place.location === 'INSIDE_LOOP' ? 'place.loop' : 'place.branch', { step, branch: this.branchOf(parent, place) });
  }
}
