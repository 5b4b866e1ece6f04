import { Component, ElementRef, computed, inject, input, linkedSignal, signal, viewChild } from '@angular/core';
import { Clipboard } from '@angular/cdk/clipboard';
import { MatTooltipModule } from '@angular/material/tooltip';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiChevronDown, mdiChevronRight, mdiChevronUp, mdiCodeBraces, mdiContentCopy, mdiMagnify, mdiUnfoldLessHorizontal } from '@mdi/js';
import { Icon } from './icon';
import { IconButton } from './icon-button';
import { type JsonRow, find, isContainer, openAtFirst, pathText, rowId, rowsAround, sizeOf, valueText, visibleRows } from './json-tree';
import { Notify } from './notify';

/** Characters and lines of a text that are shown until one asks for all of it. */
const SHORT = 400;
const SHORT_LINES = 8;
/** Characters that are ever shown of one text; all of it can be copied. */
const LONGEST = 100_000;

/**
 * A JSON value to read: containers open and close, long texts are cut until one asks for more, everything can be copied and searched.
 * A tree with one stop of the tab key: arrows move and open, Home and End jump, the copy buttons belong to the row one is on.
 */
@Component({
  selector: 'pw-json-view',
  imports: [Icon, IconButton, MatTooltipModule, TranslocoDirective],
  templateUrl: './json-view.html',
  styleUrl: './json-view.scss',
})
export class JsonView {
  readonly value = input.required<unknown>();
  /** What the value is, for screen readers: "Output". */
  readonly label = input('');
  /** Written before a copied path: `step_1`. */
  readonly root = input('');
  readonly searchable = input(true);

  private readonly clipboard = inject(Clipboard);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);
  private readonly tree = viewChild.required<ElementRef<HTMLElement>>('tree');

  protected readonly icons = {
    copy: mdiContentCopy,
    path: mdiCodeBraces,
    open: mdiChevronDown,
    closed: mdiChevronRight,
    up: mdiChevronUp,
    search: mdiMagnify,
    collapse: mdiUnfoldLessHorizontal,
  };
  protected readonly isContainer = computed(() => sizeOf(this.value()) > 0);
  private readonly open = linkedSignal<unknown, ReadonlySet<string>>({ source: this.value, computation: (value) => openAtFirst(value) });
  private readonly whole = linkedSignal<unknown, ReadonlySet<string>>({ source: this.value, computation: () => new Set<string>() });
  protected readonly rows = computed(() => visibleRows(this.value(), this.open()));
  private readonly chosen = linkedSignal<unknown, string | null>({ source: this.value, computation: () => null });
  /** The row that the keyboard is on. */
  protected readonly active = computed(() => {
    const rows = this.rows();
    return (rows.find((row) => row.id === this.chosen()) ?? rows[0])?.id;
  });

  protected readonly query = signal('');
  protected readonly found = computed(() => find(this.value(), this.query().trim()));
  private readonly foundIds = computed(() => new Set(this.found().map((path) => rowId(path))));
  protected readonly place = linkedSignal<unknown, number>({ source: this.found, computation: () => 0 });

  protected isFound(row: JsonRow): boolean {
    return this.foundIds().has(row.id);
  }

  // Reading

  protected text(row: JsonRow): string {
    const { value } = row;
    if (typeof value !== 'string') return String(value ?? null);
    return this.isCut(row) ? shortened(value) : value.slice(0, LONGEST);
  }

  protected isCut(row: JsonRow): boolean {
    return typeof row.value === 'string' && shortened(row.value).length < row.value.length && !this.whole().has(row.id);
  }

  protected isMultiline(row: JsonRow): boolean {
    return typeof row.value === 'string' && row.value.includes('\n');
  }

  protected length(row: JsonRow): number {
    return (row.value as string).length;
  }

  protected showWhole(row: JsonRow): void {
    this.whole.update((whole) => new Set(whole).add(row.id));
  }

  // Opening

  protected click(row: JsonRow): void {
    this.chosen.set(row.id);
    if (row.size > 0) this.toggle(row);
  }

  private toggle(row: JsonRow): void {
    this.open.update((open) => {
      const changed = new Set(open);
      if (!changed.delete(row.id)) changed.add(row.id);
      return changed;
    });
  }

  protected collapseAll(): void {
    this.open.set(new Set());
  }

  // The keyboard

  protected key(event: KeyboardEvent): void {
    if (event.target !== this.tree().nativeElement && !(event.target as HTMLElement).matches('[role=treeitem]')) return;
    const rows = this.rows();
    const at = rows.findIndex((row) => row.id === this.active());
    const row = rows[at];
    if (!row) return;
    const isOpen = row.size > 0 && row.expanded;
    const moves: Record<string, () => string | null | undefined> = {
      ArrowDown: () => rows[at + 1]?.id,
      ArrowUp: () => rows[at - 1]?.id,
      Home: () => rows[0]?.id,
      End: () => rows.at(-1)?.id,
      ArrowRight: () => (isOpen ? rows[at + 1]?.id : this.toggled(row)),
      ArrowLeft: () => (isOpen ? this.toggled(row) : row.parent),
      Enter: () => this.toggled(row),
      ' ': () => this.toggled(row),
    };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const id = move();
    if (id) this.goTo(id);
  }

  private toggled(row: JsonRow): null {
    if (row.size > 0) this.toggle(row);
    else if (this.isCut(row)) this.showWhole(row);
    return null;
  }

  private goTo(id: string, focus = true): void {
    this.chosen.set(id);
    setTimeout(() => {
      const element = this.tree().nativeElement.querySelector<HTMLElement>('[data-active]');
      if (focus) element?.focus();
      element?.scrollIntoView?.({ block: 'nearest' });
    });
  }

  // Searching

  protected search(text: string): void {
    this.query.set(text);
    this.reveal();
  }

  protected step(by: number): void {
    const count = this.found().length;
    if (count === 0) return;
    this.place.update((place) => (place + by + count) % count);
    this.reveal();
  }

  private reveal(): void {
    const path = this.found()[this.place()];
    if (!path) return;
    this.open.update((open) => new Set([...open, ...rowsAround(this.value(), path)]));
    this.goTo(rowId(path), false);
  }

  // Copying

  protected copyAll(): void {
    this.copy(valueText(this.value()));
  }

  protected copyValue(row: JsonRow): void {
    const { value, range } = row;
    const part = range
      ? Array.isArray(value)
        ? value.slice(...range)
        : Object.fromEntries(Object.entries(value as object).slice(...range))
      : value;
    this.copy(valueText(part));
  }

  protected copyPath(row: JsonRow): void {
    const path = pathText(row.path);
    const root = this.root();
    this.copy(root && path && !path.startsWith('[') ? `${root}.${path}` : root + path);
  }

  private copy(text: string): void {
    const copied = this.clipboard.copy(text);
    this.notify.done(this.transloco.translate(copied ? 'runView.json.copied' : 'runView.json.notCopied'));
  }

  protected keyText(row: JsonRow): string {
    return row.range ? `[${row.range[0]} … ${row.range[1] - 1}]` : String(row.key ?? '');
  }

  protected isIndex(row: JsonRow): boolean {
    return typeof row.key === 'number';
  }

  protected sizeKey(row: JsonRow): string {
    const noun = isContainer(row.value) && !Array.isArray(row.value) ? 'field' : 'item';
    return `runView.json.${noun}${row.size === 1 ? '' : 's'}`;
  }
}

function shortened(text: string): string {
  const cut = text.length > SHORT * 1.2 ? text.slice(0, SHORT) : text;
  const lines = cut.split('\n', SHORT_LINES + 3);
  return lines.length > SHORT_LINES + 2 ? lines.slice(0, SHORT_LINES).join('\n') : cut;
}
