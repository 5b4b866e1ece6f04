import { Component, ElementRef, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { mdiDeleteOutline, mdiPencilOutline } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import { type Note, type NoteColor, NOTE_COLORS } from '../model/step';
import { CanvasState } from './canvas-state';
import { noteUpdate } from './edits';
import { noteBlocks } from './note-text';
import { Texts } from './texts';
import { Viewport } from './viewport';

const SMALLEST_WIDTH = 140;
const SMALLEST_HEIGHT = 72;

type Frame = Pick<Note, 'position' | 'size'>;

/** A note on the canvas: moved by its body, resized at its corner, edited by a double click. */
@Component({
  selector: 'pw-note-card',
  imports: [Icon],
  templateUrl: './note-card.html',
  styleUrl: './note-card.scss',
  host: {
    class: 'f-drag-blocker',
    '[class]': 'note().color',
    '[class.editing]': 'isEdited()',
    '[style.translate]': "frame().position.x + 'px ' + frame().position.y + 'px'",
    '[style.width.px]': 'frame().size.width',
    '[style.height.px]': 'frame().size.height',
    '[attr.data-note]': 'note().id',
  },
})
export class NoteCard {
  protected readonly builder = inject(FlowBuilder);
  protected readonly state = inject(CanvasState);
  protected readonly texts = inject(Texts);
  private readonly viewport = inject(Viewport);
  private readonly field = viewChild<ElementRef<HTMLTextAreaElement>>('field');

  readonly note = input.required<Note>();

  protected readonly colors = NOTE_COLORS;
  protected readonly deleteIcon = mdiDeleteOutline;
  protected readonly editIcon = mdiPencilOutline;
  protected readonly isEdited = computed(() => this.state.editedNote() === this.note().id && !this.builder.isReadonly());
  protected readonly blocks = computed(() => noteBlocks(this.note().content));
  /** Where it is while it is dragged. */
  private readonly dragged = signal<Frame | null>(null);
  protected readonly frame = computed<Frame>(() => this.dragged() ?? this.note());

  constructor() {
    effect(() => this.field()?.nativeElement.focus({ preventScroll: true }));
  }

  protected edit(): void {
    if (!this.builder.isReadonly()) this.state.editedNote.set(this.note().id);
  }

  protected keep(content: string): void {
    if (content !== this.note().content) this.builder.edit(...noteUpdate(this.note(), { content }));
  }

  protected end(content: string): void {
    this.keep(content);
    if (this.isEdited()) this.state.editedNote.set('');
  }

  protected paint(color: NoteColor): void {
    if (color !== this.note().color) this.builder.edit(...noteUpdate(this.note(), { color }));
  }

  protected remove(): void {
    this.builder.edit({ type: 'DELETE_NOTE', request: { id: this.note().id } });
  }

  /** Arrow keys move the note that has the focus. */
  protected nudge(event: KeyboardEvent): void {
    const step = event.shiftKey ? 40 : 8;
    const by = { ArrowUp: [0, -step], ArrowDown: [0, step], ArrowLeft: [-step, 0], ArrowRight: [step, 0] }[event.key];
    if (!by || this.builder.isReadonly()) return;
    event.preventDefault();
    event.stopPropagation();
    const { x, y } = this.note().position;
    this.builder.edit(...noteUpdate(this.note(), { position: { x: x + (by[0] ?? 0), y: y + (by[1] ?? 0) } }));
  }

  protected move(event: PointerEvent): void {
    const isOnControl = (event.target as Element).closest('textarea, button, a');
    if (isOnControl || this.isEdited()) return;
    this.drag(event, ({ position, size }, x, y) => ({ size, position: { x: Math.round(position.x + x), y: Math.round(position.y + y) } }));
  }

  protected resize(event: PointerEvent): void {
    event.stopPropagation();
    this.drag(event, ({ position, size }, x, y) => ({
      position,
      size: {
        width: Math.max(SMALLEST_WIDTH, Math.round(size.width + x)),
        height: Math.max(SMALLEST_HEIGHT, Math.round(size.height + y)),
      },
    }));
  }

  private drag(event: PointerEvent, change: (start: Frame, x: number, y: number) => Frame): void {
    if (event.button !== 0 || this.builder.isReadonly()) return;
    const start: Frame = { position: this.note().position, size: this.note().size };
    const from = { x: event.clientX, y: event.clientY };
    const controller = new AbortController();
    const end = (isKept: boolean) => {
      controller.abort();
      const frame = this.dragged();
      this.dragged.set(null);
      if (isKept && frame) this.builder.edit(...noteUpdate(this.note(), frame));
    };
    const move = (at: PointerEvent) => {
      if (at.buttons === 0) return end(false);
      const [x, y] = [at.clientX - from.x, at.clientY - from.y];
      const scale = this.viewport.scale();
      if (this.dragged() || Math.hypot(x, y) >= 4) this.dragged.set(change(start, x / scale, y / scale));
    };
    const { signal: until } = controller;
    addEventListener('pointermove', move, { signal: until });
    addEventListener('pointerup', () => end(true), { signal: until });
    addEventListener('pointercancel', () => end(false), { signal: until });
    addEventListener('keydown', (key) => key.key === 'Escape' && end(false), { signal: until, capture: true });
  }
}
