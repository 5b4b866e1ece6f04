import {
  Component,
  DestroyRef,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiCalendarBlankOutline,
  mdiChevronDown,
  mdiChevronRight,
  mdiClose,
  mdiCodeBrackets,
  mdiCodeBraces,
  mdiFileOutline,
  mdiFormatText,
  mdiMagnify,
  mdiNull,
  mdiNumeric,
  mdiPlus,
  mdiToggleSwitchOutline,
} from '@mdi/js';
import { Icon } from '../../design/icon';
import { PieceIcon } from '../../design/piece-icon';
import { FlowBuilder } from '../flow-builder';
import type { Step } from '../model/step';
import { DataTarget } from './data-target';
import { token } from './expression';
import { SampleData } from './sample-data';
import { PORTION, type Row, rowId, rowsOf } from './selector-rows';
import { type ValueType, preview, sizeOf, typeOf } from './values';

const OPEN_AT_FIRST = 3;
/** How many of the last keys name a value that fits. */
const FITTING_KEYS = 3;

const TYPE_ICONS: Record<ValueType, string> = {
  text: mdiFormatText,
  number: mdiNumeric,
  boolean: mdiToggleSwitchOutline,
  date: mdiCalendarBlankOutline,
  file: mdiFileOutline,
  array: mdiCodeBrackets,
  object: mdiCodeBraces,
  null: mdiNull,
};

/**
 * What the steps before the selected one gave, to be put into the field that has the focus: beside the step panel while there is such a
 * field. A tree with one stop of the tab key: arrows move and open, Enter inserts, Escape goes back to the field.
 */
@Component({
  selector: 'pw-data-selector',
  imports: [Icon, PieceIcon, TranslocoDirective],
  templateUrl: './data-selector.html',
  styleUrl: './data-selector.scss',
  host: { '(focusout)': 'target.left($event.relatedTarget)', '(keydown.escape)': 'escaped($event)' },
})
export class DataSelector {
  private readonly builder = inject(FlowBuilder);
  private readonly samples = inject(SampleData);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly injector = inject(Injector);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('search');
  protected readonly target = inject(DataTarget);

  protected readonly icons = { close: mdiClose, closed: mdiChevronRight, open: mdiChevronDown, insert: mdiPlus, search: mdiMagnify };
  private readonly stepName = computed(() => this.builder.selectedStep()?.name ?? '');
  protected readonly query = linkedSignal<string, string>({ source: this.stepName, computation: () => '' });
  private readonly opened = linkedSignal<string, ReadonlySet<string>>({
    source: this.stepName,
    computation: () => openAtFirst(untracked(this.samples.sources).map((source) => rowId(source, []))),
  });
  private readonly portions = signal<ReadonlyMap<string, number>>(new Map());
  protected readonly sources = this.samples.sources;
  protected readonly rows = computed<Row[]>(() => {
    if (!this.target.isOpen()) return [];
    const offers = this.sources().map((source) => ({ source, sample: this.samples.output(source) }));
    const kind = this.target.field()?.kind() ?? 'any';
    return rowsOf(offers, { kind, query: this.query(), open: this.opened(), portions: this.portions() });
  });
  private readonly chosen = linkedSignal<unknown, string | null>({ source: this.query, computation: () => null });
  protected readonly active = computed(() => {
    const rows = this.rows();
    return (rows.find((row) => row.id === this.chosen()) ?? rows[0])?.id;
  });

  constructor() {
    this.target.attach(this.element);
    inject(DestroyRef).onDestroy(() => this.target.attach(null));
    // Samples are read when they are looked at: of open steps, and of all of them for a search or for what fits.
    effect(() => {
      if (!this.target.isOpen()) return;
      const kind = this.target.field()?.kind() ?? 'any';
      const wantsAll = this.query().trim() !== '' || (kind !== 'any' && kind !== 'text');
      const wanted = this.sources().filter((source) => wantsAll || this.opened().has(rowId(source, [])));
      untracked(() => wanted.forEach((source) => void this.samples.loadSource(source)));
    });
    effect(() => {
      if (this.target.calls() > 0) setTimeout(() => this.field()?.nativeElement.focus());
    });
  }

  // Showing

  protected icon(row: Row): string {
    return TYPE_ICONS[typeOf(row.value)];
  }

  protected kindOf(step: Step) {
    return step.type === 'PIECE_TRIGGER' ? 'PIECE' : step.type;
  }

  protected label(row: Row): string {
    if (row.kind === 'fitting') return row.keys.slice(-FITTING_KEYS).join(' › ');
    return this.query().trim() === '' ? String(row.keys.at(-1) ?? '') : row.keys.join(' › ');
  }

  protected title(row: Row): string | null {
    return row.keys.length > 0 ? [row.source.step.displayName, ...row.keys].join(' › ') : null;
  }

  /** The words for a value beside its key: null where the number of its parts says it. */
  protected valueText(row: Row): string | null {
    const type = typeOf(row.value);
    return type === 'array' || type === 'object' ? null : type === 'null' ? 'null' : preview(row.value, 60) || '""';
  }

  protected size(row: Row): number {
    return sizeOf(row.value);
  }

  protected sizeKey(row: Row): string {
    const noun = Array.isArray(row.value) ? 'item' : 'field';
    return `data.${noun}${sizeOf(row.value) === 1 ? '' : 's'}`;
  }

  // Doing

  protected clicked(row: Row): void {
    this.chosen.set(row.id);
    if (row.kind === 'more') this.showMore(row);
    else if (row.kind === 'none') this.test(row);
    else if (row.isContainer) this.toggle(row);
    else this.insertAndReturn(row);
  }

  protected insert(row: Row): void {
    if (row.kind === 'step' || row.kind === 'value' || row.kind === 'fitting')
      this.target.insert(token({ root: row.source.step.name, keys: row.keys }));
  }

  protected test(row: Row): void {
    this.target.dismiss();
    this.builder.select(row.source.step.name);
    this.builder.focusField.set('test');
  }

  private toggle(row: Row): void {
    this.opened.update((opened) => {
      const changed = new Set(opened);
      if (!changed.delete(row.id)) changed.add(row.id);
      return changed;
    });
  }

  private showMore(row: Row): void {
    const id = rowId(row.source, row.keys);
    this.portions.update((portions) => new Map(portions).set(id, (portions.get(id) ?? PORTION) + PORTION));
  }

  /** A press anywhere but in the search leaves the focus in the field. */
  protected pressed(event: MouseEvent): void {
    if (!(event.target as HTMLElement).closest('input')) event.preventDefault();
  }

  // The keyboard

  protected escaped(event: Event): void {
    event.stopPropagation();
    if (this.query()) this.query.set('');
    else this.target.dismiss();
  }

  protected searchKey(event: KeyboardEvent): void {
    const found = this.query().trim() ? this.rows().find((row) => row.kind === 'value') : undefined;
    if (event.key === 'ArrowDown') this.goTo(found?.id ?? this.active(), event);
    if (event.key === 'Enter') {
      event.preventDefault();
      if (found) this.insertAndReturn(found);
    }
  }

  protected key(event: KeyboardEvent): void {
    const rows = this.rows();
    const at = rows.findIndex((row) => row.id === this.active());
    const row = rows[at];
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    switch (event.key) {
      case 'ArrowDown':
        return this.goTo(rows[at + 1]?.id, event);
      case 'ArrowUp':
        return at === 0 ? this.toSearch(event) : this.goTo(rows[at - 1]?.id, event);
      case 'Home':
        return this.goTo(rows[0]?.id, event);
      case 'End':
        return this.goTo(rows.at(-1)?.id, event);
      case 'ArrowRight':
        if (row.isContainer && !row.isOpen) this.toggle(row);
        return this.goTo(row.isOpen ? rows[at + 1]?.id : row.id, event);
      case 'ArrowLeft':
        if (row.isContainer && row.isOpen) this.toggle(row);
        return this.goTo(row.isContainer && row.isOpen ? row.id : parentOf(rows, at)?.id, event);
      case ' ':
        this.clicked(row);
        return this.goTo(row.id, event);
      case 'Enter':
        event.preventDefault();
        if (row.kind === 'more' || row.kind === 'none') this.clicked(row);
        else this.insertAndReturn(row);
    }
  }

  private insertAndReturn(row: Row): void {
    this.insert(row);
    this.target.field()?.focus();
  }

  private goTo(id: string | undefined, event: Event): void {
    event.preventDefault();
    if (id === undefined) return;
    this.chosen.set(id);
    afterNextRender(
      () => {
        if (!this.element.contains(document.activeElement)) return; // it went back to the field meanwhile
        const element = this.element.querySelector<HTMLElement>('[role=treeitem][tabindex="0"]');
        element?.focus();
        element?.scrollIntoView?.({ block: 'nearest' });
      },
      { injector: this.injector },
    );
  }

  private toSearch(event: Event): void {
    event.preventDefault();
    this.field()?.nativeElement.focus();
  }
}

function openAtFirst(ids: string[]): ReadonlySet<string> {
  return new Set(ids.length <= OPEN_AT_FIRST ? ids : ids.slice(0, 1));
}

function parentOf(rows: readonly Row[], at: number): Row | undefined {
  const level = rows[at]?.level ?? 0;
  return rows.slice(0, at).findLast((row) => row.level < level);
}
