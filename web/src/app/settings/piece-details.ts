import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiChevronDown, mdiFlashOutline, mdiPlayOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { PieceSummary } from '../api/schema';
import { Icon } from '../design/icon';
import { ProblemText } from '../design/notify';

/** A piece in a line; opened, its triggers and actions. */
@Component({
  selector: 'pw-piece-details',
  imports: [Icon, TranslocoDirective],
  templateUrl: './piece-details.html',
  styleUrl: './piece-details.scss',
})
export class PieceDetails {
  readonly piece = input.required<PieceSummary>();

  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  protected readonly icons = { open: mdiChevronDown, trigger: mdiFlashOutline, action: mdiPlayOutline };
  protected readonly opened = signal(false);

  /** Read when the piece is opened for the first time. */
  protected readonly forms = resource({
    params: () => (this.opened() ? this.piece().name : undefined),
    loader: async ({ params }) => {
      const [scope = '', name = ''] = params.split('/');
      return name
        ? await ok(this.api.GET('/pieces/{scope}/{name}', { params: { path: { scope, name } } }))
        : await ok(this.api.GET('/pieces/{name}', { params: { path: { name: scope } } }));
    },
  });
  protected readonly failure = computed(() => (this.forms.error() ? this.problems.of(this.forms.error()) : ''));
  protected readonly parts = computed(() => {
    if (!this.forms.hasValue()) return [];
    const { triggers, actions } = this.forms.value();
    return [
      ...Object.values(triggers).map((part) => ({ icon: this.icons.trigger, kind: 'trigger', ...wordsOf(part) })),
      ...Object.values(actions).map((part) => ({ icon: this.icons.action, kind: 'action', ...wordsOf(part) })),
    ];
  });
}

/** The descriptions have Markdown's emphasis in them, which a list can do without. */
function wordsOf(part: Record<string, unknown>): { name: string; text: string } {
  const text = (key: string): string => (typeof part[key] === 'string' ? part[key].replaceAll(/[*`]/g, '') : '');
  return { name: text('displayName') || text('name'), text: text('description') };
}
