import { Component, computed, input, linkedSignal, output } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { CodeEditor } from '../code/code-editor';
import { isSame } from '../model/equality';
import { readJson, textOf } from '../model/json-text';

/** A JSON value in an editor. Expressions may stand in it, in quotes or bare. */
@Component({
  selector: 'pw-json-field',
  imports: [CodeEditor, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <pw-code-editor language="json" [label]="label()" [disabled]="disabled()" [value]="text()" (valueChange)="typed($event)" />
      @if (problem()) {
        <p class="problem">{{ t('stepSettings.notJson', { problem: problem() }) }}</p>
      }
    </ng-container>
  `,
  styles: `
    @use '../fields' as fields;
    :host {
      --pw-editor-max-height: 320px;
    }
    p {
      @include fields.problem;
      margin-top: 4px;
    }
  `,
})
export class JsonField {
  readonly value = input<unknown>();
  readonly label = input.required<string>();
  readonly disabled = input(false);
  readonly valueChange = output<unknown>();

  /** What is typed, in its own layout; it follows a value that did not come from here. */
  protected readonly text = linkedSignal<unknown, string>({
    source: this.value,
    computation: (value, previous) => (previous && isSame(readJson(previous.value).value, value) ? previous.value : textOf(value)),
  });
  protected readonly problem = computed(() => readJson(this.text()).problem);

  protected typed(text: string): void {
    if (text === this.text()) return;
    this.text.set(text);
    this.valueChange.emit(readJson(text).value);
  }
}
