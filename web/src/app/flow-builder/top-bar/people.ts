import { Component, DestroyRef, computed, effect, inject, signal, untracked } from '@angular/core';
import { MatTooltipModule } from '@angular/material/tooltip';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { FlowBuilder, type Person } from '../flow-builder';

const SHOWN = 3;
const TOLD_MILLISECONDS = 6000;

/** Who else has the flow open, and what they do. */
@Component({
  selector: 'pw-people',
  imports: [MatTooltipModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <span class="told" role="status" [title]="told()">{{ told() }}</span>
      @for (person of shown(); track person.userId) {
        <span class="avatar" role="img" tabindex="0" [attr.aria-label]="words(person)" [matTooltip]="words(person)">{{
          initial(person)
        }}</span>
      }
      @if (more(); as more) {
        <span class="avatar">+{{ more }}</span>
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: flex;
      align-items: center;
      min-width: 0;
    }
    .avatar {
      display: grid;
      flex: none;
      place-items: center;
      width: 28px;
      height: 28px;
      margin-left: -6px;
      border: 2px solid var(--pw-surface);
      border-radius: 50%;
      background: var(--pw-good-soft);
      color: var(--pw-good);
      font-size: 12px;
      font-weight: 650;
    }
    .told {
      max-width: 280px;
      margin-right: 12px;
      overflow: hidden;
      color: var(--pw-text-soft);
      font-size: 12.5px;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .told:empty {
      margin: 0;
    }
  `,
})
export class People {
  private readonly builder = inject(FlowBuilder);
  private readonly transloco = inject(TranslocoService);

  protected readonly shown = computed(() => this.builder.others().slice(0, SHOWN));
  protected readonly more = computed(() => Math.max(0, this.builder.others().length - SHOWN));
  /** Who came or did something a moment ago. */
  protected readonly told = signal('');
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    let known = new Set<string>();
    effect(() => {
      const others = this.builder.others();
      const newcomer = others.find((person) => !known.has(person.userId));
      known = new Set(others.map((person) => person.userId));
      if (newcomer) untracked(() => this.tell(this.words(newcomer)));
    });
    effect(() => {
      if (this.builder.foreignChange()) untracked(() => this.tell(this.changeText()));
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  private tell(text: string): void {
    clearTimeout(this.timer);
    this.told.set(text);
    this.timer = setTimeout(() => this.told.set(''), TOLD_MILLISECONDS);
  }

  protected initial(person: Person): string {
    return person.userDisplayName.charAt(0).toUpperCase();
  }

  protected words(person: Person): string {
    return this.transloco.translate('topBar.alsoHere', { name: person.userDisplayName });
  }

  private changeText(): string {
    const change = this.builder.foreignChange();
    const name =
      this.builder.others().find((person) => person.userId === change?.userId)?.userDisplayName ??
      this.transloco.translate('topBar.somebody');
    const step = change?.steps.length === 1 ? this.builder.steps().get(change.steps[0] ?? '')?.displayName : undefined;
    return this.transloco.translate(step ? 'topBar.changedStep' : 'topBar.changedFlow', { name, step });
  }
}
