import { Component, computed, inject, input } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiOpenInNew } from '@mdi/js';
import { Icon } from '../design/icon';
import { FlowBuilder } from './flow-builder';
import type { Step, StepSettings } from './model/step';

/** The page on which people talk to a flow. */
export type HumanPage = 'form' | 'chat';

const PAGES: Record<string, HumanPage> = { form_submission: 'form', chat_submission: 'chat' };

/** The page with which a trigger begins; undefined for other triggers. */
export function humanPageOf(settings: StepSettings | undefined): HumanPage | undefined {
  return settings?.pieceName === '@activepieces/piece-forms' ? PAGES[settings.triggerName ?? ''] : undefined;
}

/** Its address. `draft`: as it is being edited; `sample`: what is sent becomes the trigger's sample. */
export function humanPageUrl(page: HumanPage, flowId: string, as?: 'draft' | 'sample'): string {
  const url = new URL(`${page}s/${flowId}`, document.baseURI);
  if (as) url.searchParams.set('useDraft', 'true');
  if (as === 'sample') url.searchParams.set('sample', 'true');
  return url.href;
}

/** The ways to the page of a trigger: the one that everybody sees, if it is published, and the draft. Nothing for other steps. */
@Component({
  selector: 'pw-human-page',
  imports: [Icon, MatButtonModule, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (page(); as page) {
        @if (isPublished() && !sample()) {
          <a mat-stroked-button target="_blank" [href]="live()" [title]="t('humanInput.openTip')">
            <pw-icon [path]="icon" />{{ t('humanInput.' + page + '.open') }}
          </a>
        }
        <a mat-stroked-button target="_blank" [href]="draft()" [title]="t('humanInput.openTip')">
          <pw-icon [path]="icon" />{{ t('humanInput.' + page + (sample() ? '.open' : '.openDraft')) }}
        </a>
      }
    </ng-container>
  `,
  styles: `
    :host {
      --pw-icon-size: 18px;
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
    :host:not(:has(a)) {
      display: none;
    }
  `,
})
export class HumanPageLinks {
  readonly step = input.required<Step>();
  /** Whether what is sent there is to become the trigger's sample. */
  readonly sample = input(false);

  private readonly builder = inject(FlowBuilder);
  protected readonly icon = mdiOpenInNew;
  protected readonly page = computed(() => humanPageOf(this.step().settings));
  protected readonly isPublished = computed(() => !!this.builder.flow()?.publishedVersionId && this.builder.flow()?.status === 'ENABLED');
  protected readonly live = computed(() => this.url());
  protected readonly draft = computed(() => this.url(this.sample() ? 'sample' : 'draft'));

  private url(as?: 'draft' | 'sample'): string {
    const page = this.page();
    return page ? humanPageUrl(page, this.builder.flowId(), as) : '';
  }
}
