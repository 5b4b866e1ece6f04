import {
  ApplicationRef,
  Component,
  DestroyRef,
  ElementRef,
  EnvironmentInjector,
  Injector,
  booleanAttribute,
  computed,
  createComponent,
  effect,
  inject,
  input,
  model,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCodeBraces } from '@mdi/js';
import { Icon } from '../../design/icon';
import { DataChip } from './data-chip';
import { DataTarget, type Field } from './data-target';
import { segmentsOf } from './expression';
import { SampleData } from './sample-data';
import { suggestionsFor } from './suggestions';
import type { TemplateEditor } from './template-editor';
import { whenSeen } from './when-seen';

/** What a field expects of a value: which values the data selector offers first, and which keyboard a phone shows. */
export type ValueKind = 'any' | 'text' | 'number' | 'boolean' | 'date' | 'array' | 'object' | 'file';

/**
 * A text field for a value with `{{ }}` expressions: each expression that refers to a step is shown as a chip; the data selector inserts
 * at the cursor of the field that has the focus. The value is the text as it travels: `Hello {{trigger['body'].name}}`.
 *
 * What is shown at first is plain elements; the editor takes their place, at the same size, when the field is seen and nothing else is to
 * be done, and at once when it is used.
 */
@Component({
  selector: 'pw-template-input',
  imports: [DataChip, Icon, TranslocoDirective],
  templateUrl: './template-input.html',
  styleUrl: './template-input.scss',
  host: {
    '[class.multiline]': 'multiline()',
    '[class.disabled]': 'disabled()',
    '[class.invalid]': 'invalid()',
    '[class.ready]': 'isReady()',
    '(focusin)': 'focused()',
    '(focusout)': 'left($event)',
    '(keydown.escape)': 'escaped($event)',
  },
})
export class TemplateInput {
  readonly value = model('');
  /** The field's accessible name; the visible label is the surrounding form's. */
  readonly label = input.required<string>();
  readonly placeholder = input('');
  readonly multiline = input(false, { transform: booleanAttribute });
  readonly disabled = input(false, { transform: booleanAttribute });
  readonly invalid = input(false, { transform: booleanAttribute });
  readonly kind = input<ValueKind>('any');
  /** The focus leaves the field and the data selector. */
  readonly touched = output();

  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly application = inject(ApplicationRef);
  private readonly environment = inject(EnvironmentInjector);
  private readonly injector = inject(Injector);
  private readonly samples = inject(SampleData, { optional: true });
  private readonly target = inject(DataTarget, { optional: true });
  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');

  protected readonly icons = { data: mdiCodeBraces };
  protected readonly canInsert = computed(() => !!this.target && !this.disabled());
  protected readonly segments = computed(() => segmentsOf(this.value()));
  protected readonly isReady = signal(false);
  private editor: TemplateEditor | null = null;
  private loading: Promise<void> | null = null;
  private isGone = false;

  private readonly field: Field = {
    element: this.element,
    kind: this.kind,
    label: this.label,
    insert: (expression) => {
      if (this.editor) this.editor.insert(expression);
      else this.value.update((text) => text + expression);
    },
    focus: () => void this.use(),
  };

  constructor() {
    effect(() => {
      const text = this.value();
      if (this.isReady()) this.editor?.setText(text);
    });
    effect(() => {
      const look = { label: this.label(), placeholder: this.placeholder(), disabled: this.disabled(), invalid: this.invalid() };
      if (this.isReady()) this.editor?.configure(look);
    });
    const stopWaiting = whenSeen(this.element, () => void this.prepare());
    inject(DestroyRef).onDestroy(() => {
      this.isGone = true;
      stopWaiting();
      this.target?.removed(this.field);
      this.editor?.destroy();
    });
  }

  /** Puts the cursor into the field. */
  focus(): void {
    void this.use();
  }

  protected async use(at?: { x: number; y: number }): Promise<void> {
    if (this.disabled()) return;
    await this.prepare();
    this.editor?.focus(at);
  }

  protected pressed(event: PointerEvent): void {
    if (this.editor || this.disabled() || event.button !== 0) return;
    event.preventDefault();
    void this.use({ x: event.clientX, y: event.clientY });
  }

  /** The keyboard came to the plain elements: the editor takes their place and the focus. */
  protected plainFocused(): void {
    if (!this.editor) void this.use();
  }

  protected focused(): void {
    if (!this.disabled()) this.target?.entered(this.field);
  }

  protected left(event: FocusEvent): void {
    if (this.element.contains(event.relatedTarget as Node | null)) return;
    this.target?.left(event.relatedTarget);
    this.touched.emit();
  }

  protected escaped(event: Event): void {
    if (event.defaultPrevented || !this.target?.isOpen()) return;
    event.stopPropagation();
    this.target.isOpen.set(false);
  }

  protected openSelector(): void {
    this.target?.call(this.field);
  }

  private prepare(): Promise<void> {
    this.loading ??= this.mount();
    return this.loading;
  }

  private async mount(): Promise<void> {
    const { createTemplateEditor } = await import('./template-editor');
    if (this.isGone) return;
    const hadFocus = this.element.contains(document.activeElement);
    this.editor = createTemplateEditor({
      parent: this.place().nativeElement,
      text: untracked(this.value),
      multiline: untracked(this.multiline),
      renderChip: (element, expression, isChosen) => this.renderChip(element, expression, isChosen),
      suggest: async () => (this.samples ? suggestionsFor(this.samples, this.kind()) : []),
      changed: (text) => this.value.set(text),
    });
    this.isReady.set(true);
    if (hadFocus) this.editor.focus();
  }

  private renderChip(parent: HTMLElement, expression: string, isChosen: boolean): () => void {
    const host = parent.appendChild(document.createElement('pw-data-chip'));
    const chip = createComponent(DataChip, { hostElement: host, environmentInjector: this.environment, elementInjector: this.injector });
    chip.setInput('expression', expression);
    host.classList.toggle('chosen', isChosen);
    this.application.attachView(chip.hostView);
    // CodeMirror measures what it draws, and Angular would draw it a moment later.
    chip.changeDetectorRef.detectChanges();
    return () => chip.destroy();
  }
}
