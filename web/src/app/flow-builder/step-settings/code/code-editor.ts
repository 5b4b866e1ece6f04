import {
  Component,
  DestroyRef,
  type ElementRef,
  afterNextRender,
  effect,
  inject,
  input,
  model,
  output,
  signal,
  viewChild,
} from '@angular/core';
import type { Editor, EditorLanguage } from './codemirror';

/** A code editor with highlighting. The text shows at once, plain, while CodeMirror arrives. */
@Component({
  selector: 'pw-code-editor',
  template: `
    <div #place class="place"></div>
    @if (!editor()) {
      <pre class="waiting">{{ value() }}</pre>
    }
  `,
  styles: `
    :host {
      position: relative;
      display: block;
      height: var(--pw-editor-height, auto);
      min-height: var(--pw-editor-min-height, 88px);
      max-height: var(--pw-editor-max-height, none);
      overflow: auto;
      border: 1px solid var(--pw-line-strong);
      border-radius: var(--pw-radius-small);
      background: var(--pw-surface);
    }
    :host(:focus-within) {
      border-color: var(--pw-accent);
      outline: 1px solid var(--pw-accent);
      outline-offset: 0;
    }
    .place {
      height: 100%;
    }
    .waiting {
      position: absolute;
      inset: 0;
      margin: 0;
      padding: 8px 10px;
      white-space: pre-wrap;
    }
  `,
})
export class CodeEditor {
  readonly value = model('');
  readonly language = input.required<EditorLanguage>();
  /** The accessible name. */
  readonly label = input.required<string>();
  readonly disabled = input(false);
  /** The names that `inputs.` offers. */
  readonly inputNames = input<readonly string[]>([]);
  readonly left = output();

  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  protected readonly editor = signal<Editor | undefined>(undefined);
  private isGone = false;

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.isGone = true;
      this.editor()?.destroy();
    });
    afterNextRender(() => void this.begin());
    effect(() => this.editor()?.setText(this.value()));
    effect(() => this.editor()?.setLanguage(this.language()));
    effect(() => this.editor()?.setReadonly(this.disabled()));
  }

  focus(): void {
    this.editor()?.focus();
  }

  private async begin(): Promise<void> {
    const { createEditor } = await import('./codemirror');
    if (this.isGone) return;
    this.editor.set(
      createEditor({
        parent: this.place().nativeElement,
        text: this.value(),
        language: this.language(),
        label: this.label(),
        readonly: this.disabled(),
        changed: (text) => this.value.set(text),
        left: () => this.left.emit(),
        inputNames: () => this.inputNames(),
      }),
    );
  }
}
