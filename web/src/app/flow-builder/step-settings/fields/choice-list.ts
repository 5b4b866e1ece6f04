import { CdkConnectedOverlay, CdkOverlayOrigin } from '@angular/cdk/overlay';
import { Component, type ElementRef, computed, effect, input, linkedSignal, output, signal, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCheck, mdiChevronDown, mdiClose, mdiMagnify } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { isSameChoice } from '../model/equality';
import type { Choice } from '../model/metadata';

/** From this many choices on there is a field to search in them. */
const MANY = 8;
const SHOWN = 300;
let lists = 0;

/** A dropdown: one of its choices, or several. Its values are any JSON. */
@Component({
  selector: 'pw-choice-list',
  imports: [CdkConnectedOverlay, CdkOverlayOrigin, Icon, TranslocoDirective],
  templateUrl: './choice-list.html',
  styleUrl: './choice-list.scss',
})
export class ChoiceList {
  readonly choices = input.required<readonly Choice[]>();
  /** The chosen value; with `multiple` a list of them. */
  readonly value = input<unknown>();
  readonly multiple = input(false);
  readonly label = input.required<string>();
  readonly placeholder = input('');
  readonly disabled = input(false);
  /** Whether one may choose nothing. */
  readonly clearable = input(false);
  readonly loading = input(false);
  /** Why there are no choices. */
  readonly problem = input('');
  /** Whether somebody else searches: `searched` says for what. */
  readonly searchesElsewhere = input(false);
  readonly valueChange = output<unknown>();
  readonly searched = output<string>();
  readonly retry = output();

  protected readonly icons = { down: mdiChevronDown, check: mdiCheck, close: mdiClose, search: mdiMagnify };
  protected readonly id = `pw-choices-${(lists += 1)}`;
  protected readonly isOpen = signal(false);
  protected readonly width = signal(280);
  protected readonly query = signal('');
  private readonly button = viewChild.required<ElementRef<HTMLButtonElement>>('button');
  private readonly popup = viewChild<ElementRef<HTMLElement>>('popup');

  protected readonly isSearchable = computed(() => this.searchesElsewhere() || this.choices().length >= MANY);
  protected readonly found = computed(() => {
    const words = this.searchesElsewhere() ? [] : this.query().toLowerCase().split(/\s+/).filter(Boolean);
    return this.choices()
      .filter((choice) => words.every((word) => choice.label.toLowerCase().includes(word)))
      .slice(0, SHOWN);
  });
  /** The choice that the keyboard is at. */
  protected readonly active = linkedSignal(() => {
    const chosen = this.found().findIndex((choice) => this.isChosen(choice.value));
    return this.query() === '' && chosen >= 0 ? chosen : 0;
  });
  protected readonly chosen = computed<unknown[]>(() => {
    const value = this.value();
    if (this.multiple()) return Array.isArray(value) ? value : value === undefined || value === null || value === '' ? [] : [value];
    const isEmpty = value === undefined || value === null || value === '';
    return isEmpty && !this.choices().some((choice) => choice.value === value) ? [] : [value];
  });
  protected readonly chosenLabels = computed(() =>
    this.chosen().map((value) => {
      const choice = this.choices().find((each) => isSameChoice(each.value, value));
      return { label: choice?.label ?? (typeof value === 'string' ? value : JSON.stringify(value)), isKnown: choice !== undefined, value };
    }),
  );

  constructor() {
    effect(() => {
      this.popup()?.nativeElement.querySelector<HTMLElement>('input, [role=listbox]')?.focus({ preventScroll: true });
      if (this.popup()) this.showActive();
    });
  }

  protected isChosen(value: unknown): boolean {
    return this.chosen().some((each) => isSameChoice(each, value));
  }

  protected open(): void {
    if (this.disabled() || this.isOpen()) return;
    this.width.set(this.button().nativeElement.offsetWidth);
    this.query.set('');
    if (this.searchesElsewhere()) this.searched.emit('');
    this.isOpen.set(true);
  }

  protected close(): void {
    if (!this.isOpen()) return;
    this.isOpen.set(false);
    this.button().nativeElement.focus();
  }

  protected search(text: string): void {
    this.query.set(text);
    if (this.searchesElsewhere()) this.searched.emit(text);
  }

  protected choose(choice: Choice): void {
    if (!this.multiple()) {
      this.valueChange.emit(choice.value);
      this.close();
      return;
    }
    const rest = this.chosen().filter((value) => !isSameChoice(value, choice.value));
    this.valueChange.emit(rest.length < this.chosen().length ? rest : [...rest, choice.value]);
  }

  protected remove(value: unknown): void {
    this.valueChange.emit(this.chosen().filter((each) => !isSameChoice(each, value)));
  }

  protected clear(): void {
    this.valueChange.emit(this.multiple() ? [] : undefined);
    this.button().nativeElement.focus();
  }

  protected onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    this.open();
  }

  protected onKey(event: KeyboardEvent): void {
    const last = this.found().length - 1;
    const moves: Record<string, () => number> = {
      ArrowDown: () => Math.min(this.active() + 1, last),
      ArrowUp: () => Math.max(this.active() - 1, 0),
      PageDown: () => Math.min(this.active() + 10, last),
      PageUp: () => Math.max(this.active() - 10, 0),
    };
    const move = moves[event.key];
    if (move) this.active.set(move());
    else if (event.key === 'Enter' || (event.key === ' ' && !this.isSearchable())) {
      const choice = this.found()[this.active()];
      if (choice) this.choose(choice);
    } else if (event.key === 'Escape' || event.key === 'Tab') this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.showActive();
  }

  private showActive(): void {
    requestAnimationFrame(() => this.popup()?.nativeElement.querySelector('.active')?.scrollIntoView({ block: 'nearest' }));
  }
}
