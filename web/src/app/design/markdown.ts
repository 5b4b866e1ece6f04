import { Component, Injectable, computed, inject, input, resource } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiContentCopy } from '@mdi/js';
import type MarkdownItClass from 'markdown-it';
import { Icon } from './icon';
import { Notify } from './notify';

type MarkdownIt = InstanceType<typeof MarkdownItClass>;

/** A stretch of a text: words, or a block of code to copy. */
export type MarkdownPart = { kind: 'html'; html: string } | { kind: 'code'; text: string };

/** markdown-it, loaded when the first text is shown. HTML in a text stays text; links open beside the page, which may hold work. */
@Injectable({ providedIn: 'root' })
export class MarkdownRenderer {
  private readonly loaded = resource({
    loader: async () => withLinksBeside(new (await import('markdown-it')).default({ html: false, linkify: false })),
  });
  readonly renderer = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
}

/** The renderer, whose links open in a tab of their own and do not tell where they were followed from. */
export function withLinksBeside(renderer: MarkdownIt): MarkdownIt {
  renderer.renderer.rules['link_open'] = (tokens, index, options, _environment, self) => {
    tokens[index]?.attrSet('target', '_blank');
    tokens[index]?.attrSet('rel', 'noopener noreferrer');
    return self.renderToken(tokens, index, options);
  };
  return renderer;
}

/** A text cut at its blocks of code. */
export function partsOf(renderer: MarkdownIt, text: string): MarkdownPart[] {
  const parts: MarkdownPart[] = [];
  const environment = {};
  const tokens = renderer.parse(text, environment);
  let from = 0;
  const words = (to: number) => {
    if (to > from) parts.push({ kind: 'html', html: renderer.renderer.render(tokens.slice(from, to), renderer.options, environment) });
  };
  tokens.forEach((token, index) => {
    if (token.level > 0 || (token.type !== 'fence' && token.type !== 'code_block')) return;
    words(index);
    parts.push({ kind: 'code', text: token.content.trimEnd() });
    from = index + 1;
  });
  words(tokens.length);
  return parts;
}

/** A text in Markdown; blocks of code have a button that copies them. */
@Component({
  selector: 'pw-markdown',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @for (part of parts(); track $index) {
        @if (part.kind === 'html') {
          <div class="words" [innerHTML]="part.html"></div>
        } @else {
          <div class="code">
            <pre tabindex="0">{{ part.text }}</pre>
            <button type="button" [attr.aria-label]="t('stepSettings.copy')" [title]="t('stepSettings.copy')" (click)="copy(part.text)">
              <pw-icon [path]="copyIcon" />
            </button>
          </div>
        }
      } @empty {
        <div class="words plain">{{ text() }}</div>
      }
    </ng-container>
  `,
  styleUrl: './markdown.scss',
})
export class Markdown {
  private readonly renderer = inject(MarkdownRenderer).renderer;
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  readonly text = input.required<string>();

  protected readonly copyIcon = mdiContentCopy;
  protected readonly parts = computed(() => {
    const renderer = this.renderer();
    return renderer ? partsOf(renderer, this.text()) : [];
  });

  protected async copy(text: string): Promise<void> {
    if (await this.notify.attempt(() => navigator.clipboard.writeText(text))) {
      this.notify.done(this.transloco.translate('stepSettings.copied'));
    }
  }
}
