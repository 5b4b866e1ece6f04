import { Component, DestroyRef, ElementRef, afterNextRender, inject, input, output, signal, viewChild } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { ProblemText } from '../../design/notify';

/** Sample data written by hand, as JSON. */
@Component({
  selector: 'pw-sample-form',
  imports: [MatButtonModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <p class="hint">{{ t('stepTest.byHandHint') }}</p>
      <div class="editor" [class.invalid]="problem()" #place></div>
      @if (problem()) {
        <p class="problem" role="alert">{{ problem() }}</p>
      }
      <div class="actions">
        <button mat-button type="button" (click)="closed.emit()">{{ t('common.cancel') }}</button>
        <button mat-flat-button type="button" [disabled]="isSaving()" (click)="submit()">{{ t('stepTest.useAsSample') }}</button>
      </div>
    </ng-container>
  `,
  styles: `
    :host {
      display: block;
    }
    .hint {
      margin-bottom: 8px;
      color: var(--pw-text-soft);
      font-size: 13px;
    }
    .editor {
      min-height: 178px;
      border: 1px solid var(--pw-line-strong);
      border-radius: var(--pw-radius-small);
      background: var(--pw-surface);
      overflow: hidden;
    }
    .editor:focus-within {
      border-color: var(--pw-accent);
      box-shadow: inset 0 0 0 1px var(--pw-accent);
    }
    .editor.invalid {
      border-color: var(--pw-bad);
    }
    .problem {
      margin-top: 4px;
      color: var(--pw-bad);
      font-size: 13px;
    }
    .actions {
      display: flex;
      justify-content: flex-end;
      gap: 8px;
      margin-top: 12px;
    }
  `,
})
export class SampleForm {
  /** What the editor begins with. */
  readonly value = input<unknown>({});
  readonly save = input.required<(value: unknown) => Promise<void>>();
  readonly closed = output();

  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');
  private readonly transloco = inject(TranslocoService);
  private readonly problems = inject(ProblemText);
  protected readonly problem = signal('');
  protected readonly isSaving = signal(false);
  private text = '';

  constructor() {
    let isGone = false;
    let leave = () => {
      isGone = true;
    };
    inject(DestroyRef).onDestroy(() => leave());
    afterNextRender(async () => {
      this.text = JSON.stringify(this.value() ?? {}, null, 2);
      const { createJsonEditor } = await import('./json-codemirror');
      if (isGone) return;
      const label = this.transloco.translate('stepTest.byHand');
      const view = createJsonEditor(this.place().nativeElement, this.text, label, (text) => {
        this.text = text;
        this.problem.set('');
      });
      view.focus();
      leave = () => view.destroy();
    });
  }

  protected async submit(): Promise<void> {
    let value: unknown;
    try {
      value = JSON.parse(this.text);
    } catch (error) {
      this.problem.set(this.transloco.translate('stepTest.notJson', { reason: (error as Error).message }));
      return;
    }
    this.isSaving.set(true);
    try {
      await this.save()(value);
      this.closed.emit();
    } catch (error) {
      this.problem.set(this.problems.of(error));
    } finally {
      this.isSaving.set(false);
    }
  }
}
