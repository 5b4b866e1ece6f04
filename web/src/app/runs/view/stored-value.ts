import { Component, computed, inject, input, linkedSignal, resource } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { JsonView } from '../../design/json-view';
import { Language } from '../../design/language';
import { ProblemText } from '../../design/problem-text';
import { type StoredReference, StoredValues, sizeText } from './stored-values';

/** Bytes up to which a value is fetched as soon as it is to be seen. */
const AT_ONCE = 512 * 1024;
/** Bytes above which the browser only offers the file. */
const TOO_MUCH = 32 * 1024 * 1024;

/** A value that is kept beside a run's log: fetched when it is to be seen, or when one asks for it; its size is told before. */
@Component({
  selector: 'pw-stored-value',
  imports: [JsonView, MatButtonModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <p class="facts">
        <span>{{ t('runView.stored', { size: size() }) }}</span>
        @if (!isWanted() && isShowable()) {
          <button mat-stroked-button (click)="isWanted.set(true)">{{ t('runView.showStored') }}</button>
        }
        <a mat-button [href]="link()" [attr.download]="fileName()">{{ t('runView.downloadStored') }}</a>
      </p>
      @if (value.isLoading()) {
        <p class="quiet" role="status">{{ t('runView.loadingStored') }}</p>
      } @else if (value.error()) {
        <p class="problem" role="alert">
          {{ problem() }}
          <button mat-button (click)="value.reload()">{{ t('common.retry') }}</button>
        </p>
      } @else if (value.hasValue()) {
        <pw-json-view [value]="value.value().json" [label]="label()" [root]="root()" />
      }
    </ng-container>
  `,
  styles: `
    :host {
      display: grid;
      gap: 4px;
      min-width: 0;
    }
    .facts,
    .problem {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 8px;
      align-items: center;
    }
    .facts,
    .quiet {
      color: var(--pw-text-soft);
    }
    .problem {
      color: var(--pw-bad);
    }
  `,
})
export class StoredValue {
  readonly reference = input.required<StoredReference>();
  readonly label = input('');
  /** Written before a copied path. */
  readonly root = input('');

  private readonly values = inject(StoredValues);
  private readonly language = inject(Language);
  private readonly problems = inject(ProblemText);

  protected readonly size = computed(() => sizeText(this.reference().size, this.language.current()));
  protected readonly link = computed(() => this.values.link(this.reference()));
  protected readonly fileName = computed(() => `${this.root() || 'value'}.json`);
  protected readonly isShowable = computed(() => this.reference().size <= TOO_MUCH);
  private readonly fileId = computed(() => this.reference().fileId);
  protected readonly isWanted = linkedSignal({ source: this.fileId, computation: () => this.reference().size <= AT_ONCE });
  protected readonly value = resource({
    params: () => (this.isWanted() ? { fileId: this.fileId(), reference: this.reference() } : undefined),
    loader: async ({ params, abortSignal }) => ({ json: await this.values.read(params.reference, abortSignal) }),
  });
  protected readonly problem = computed(() => this.problems.of(this.value.error()));
}
