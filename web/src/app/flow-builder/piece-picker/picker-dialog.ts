import { DIALOG_DATA, DialogRef } from '@angular/cdk/dialog';
import { Component, ElementRef, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiChevronRight, mdiClose, mdiMagnify } from '@mdi/js';
import { Api, ok } from '../../api/api';
import { Icon } from '../../design/icon';
import { PieceIcon } from '../../design/piece-icon';
import { Session } from '../../session/session';
import { type Entry, type Offer, categoriesOf, coreEntries, isIn, offersOf } from './catalogue';
import { search } from './fuzzy';
import { recentIds } from './recent';

/** What is to be picked, and the piece whose entries come first among equals. */
export interface PickerRequest {
  kind: 'trigger' | 'action';
  favoured: string;
}

/** A line of the left list: something to pick, or a piece whose actions are at the right. */
interface Line {
  id: string;
  /** The heading above the line, where one begins. */
  heading: string;
  entry?: Entry;
  offer?: Offer;
}

/** The list of what can be picked. The search field has the focus all the time; the arrow keys walk through the lists. */
@Component({
  selector: 'pw-picker-dialog',
  imports: [Icon, PieceIcon, TranslocoDirective],
  templateUrl: './picker-dialog.html',
  styleUrl: './picker-dialog.scss',
})
export class PickerDialog {
  private readonly dialog = inject<DialogRef<Entry>>(DialogRef);
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly transloco = inject(TranslocoService);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);

  private readonly request = inject<PickerRequest>(DIALOG_DATA);
  protected readonly kind = this.request.kind;
  protected readonly icons = { close: mdiClose, search: mdiMagnify, more: mdiChevronRight };
  protected readonly query = signal('');
  protected readonly category = signal('');
  protected readonly pieces = resource({
    loader: () => {
      const query = { suggestionType: 'ACTION_AND_TRIGGER' as const, projectId: this.session.projectId() };
      return ok(this.api.GET('/pieces', { params: { query } }));
    },
  });

  private readonly offers = computed(() => offersOf(this.pieces.hasValue() ? this.pieces.value() : [], this.kind));
  private readonly core = this.kind === 'action' ? coreEntries((key) => this.transloco.translate(`picker.${key}`)) : [];
  private readonly everything = computed(() => [...this.core, ...this.offers().flatMap((offer) => offer.entries)]);
  private readonly recent = recentIds(this.kind);

  protected readonly categories = computed(() => categoriesOf(this.offers()));
  protected readonly isSearching = computed(() => this.query().trim() !== '');
  protected readonly lines = computed<Line[]>(() => (this.isSearching() ? this.results() : this.overview()));
  /** Where the keyboard is: in the left list, or in the right one. */
  protected readonly active = linkedSignal<unknown, number>({ source: () => [this.query(), this.category()], computation: () => 0 });
  protected readonly inner = linkedSignal<unknown, number>({
    source: () => [this.query(), this.category(), this.active()],
    computation: () => -1,
  });
  protected readonly line = computed(() => this.lines()[this.active()]);
  protected readonly activeId = computed(() => {
    if (this.inner() >= 0) return `pick-inner-${this.inner()}`;
    return this.line() ? `pick-${this.active()}` : null;
  });

  private results(): Line[] {
    return search(this.everything(), this.query(), this.request.favoured).map((entry) => ({ id: entry.id, heading: '', entry }));
  }

  private overview(): Line[] {
    const category = this.category();
    const offers = this.offers().filter((offer) => isIn(offer, category));
    const recent = category ? [] : this.recent.flatMap((id) => this.everything().filter((entry) => entry.id === id));
    const word = (key: string) => this.transloco.translate(`picker.${key}`);
    return [
      ...headed(
        word('recent'),
        recent.map((entry) => ({ id: `recent/${entry.id}`, entry })),
      ),
      ...headed(
        word('flow'),
        (category ? [] : this.core).map((entry) => ({ id: entry.id, entry })),
      ),
      ...headed(
        word(this.kind === 'trigger' ? 'triggers' : 'pieces'),
        offers.map((offer) => ({ id: offer.piece, offer })),
      ),
    ];
  }

  protected choose(index: number): void {
    this.active.set(index);
    const line = this.lines()[index];
    const only = line?.offer?.entries.length === 1 ? line.offer.entries[0] : undefined;
    const entry = line?.entry ?? only;
    if (entry) this.dialog.close(entry);
    else this.inner.set(0);
    this.show();
  }

  protected pick(entry: Entry): void {
    this.dialog.close(entry);
  }

  protected close(): void {
    this.dialog.close();
  }

  protected onKey(event: KeyboardEvent): void {
    const isInner = this.inner() >= 0;
    const entries = this.line()?.offer?.entries ?? [];
    switch (event.key) {
      case 'ArrowDown':
        this.step(1, isInner, entries.length);
        break;
      case 'ArrowUp':
        this.step(-1, isInner, entries.length);
        break;
      case 'ArrowRight':
        if (this.isSearching() || isInner || entries.length === 0) return;
        this.inner.set(0);
        break;
      case 'ArrowLeft':
        if (!isInner) return;
        this.inner.set(-1);
        break;
      case 'Enter': {
        const entry = isInner ? entries[this.inner()] : undefined;
        if (entry) this.pick(entry);
        else this.choose(this.active());
        break;
      }
      default:
        return;
    }
    event.preventDefault();
    this.show();
  }

  private step(by: number, isInner: boolean, innerCount: number): void {
    if (isInner) this.inner.update((at) => Math.max(0, Math.min(at + by, innerCount - 1)));
    else this.active.update((at) => Math.max(0, Math.min(at + by, this.lines().length - 1)));
  }

  private show(): void {
    requestAnimationFrame(() => {
      for (const each of this.element.nativeElement.querySelectorAll('.active')) each.scrollIntoView({ block: 'nearest' });
    });
  }
}

function headed(heading: string, lines: Omit<Line, 'heading'>[]): Line[] {
  return lines.map((line, index) => ({ ...line, heading: index === 0 ? heading : '' }));
}
