import { Component, computed, inject, input, output, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiChevronDown, mdiFlashOutline, mdiPlayOutline, mdiTrashCanOutline } from '@mdi/js';
import { Api, ok } from '../api/api';
import type { InstalledPiece, PieceSummary } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { PieceInstalls } from '../design/piece-installs';
import { Session } from '../session/session';
import { originOf } from './catalogue';

/** A piece in a line; opened, its triggers and actions, the versions that are installed, and what an administrator may do with them. */
@Component({
  selector: 'pw-piece-details',
  imports: [Icon, MatButtonModule, TranslocoDirective],
  templateUrl: './piece-details.html',
  styleUrl: './piece-details.scss',
})
export class PieceDetails {
  readonly piece = input.required<PieceSummary>();
  /** The versions that were installed and can be removed. */
  readonly installed = input<readonly InstalledPiece[]>([]);
  /** Whether people do not see it when they look for a piece. */
  readonly isHidden = input(false);
  readonly hiddenChange = output<boolean>();

  protected readonly session = inject(Session);
  private readonly confirm = inject(Confirm);
  private readonly installs = inject(PieceInstalls);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);
  private readonly api = inject(Api);
  private readonly problems = inject(ProblemText);
  protected readonly icons = { open: mdiChevronDown, trigger: mdiFlashOutline, action: mdiPlayOutline, remove: mdiTrashCanOutline };
  protected readonly origin = computed(() => originOf(this.piece()));
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
  private readonly known = resource({
    params: () => (this.opened() ? this.piece().name : undefined),
    loader: async ({ params }) => {
      const [scope = '', name = ''] = params.split('/');
      const path = name ? { scope, name } : { scope, name: 'versions' }; // a name without a scope has the same route as one with
      const versions = name
        ? await ok(this.api.GET('/pieces/{scope}/{name}/versions', { params: { path } }))
        : await ok(this.api.GET('/pieces/{scope}/{name}', { params: { path } }));
      return Object.keys(versions);
    },
  });
  /** The versions that flows can use, the newest first; `installed` where one can be removed. */
  protected readonly versions = computed(() => {
    const versions = this.known.hasValue() ? this.known.value() : [this.piece().version];
    return versions.map((version) => ({ version, installed: this.installed().find((each) => each.version === version) }));
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

  protected async remove({ id, displayName: name, version }: InstalledPiece): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: this.transloco.translate('settings.pieces.removeHeading', { name, version }),
      text: this.transloco.translate('settings.pieces.removeText'),
      yes: this.transloco.translate('settings.pieces.remove'),
      destructive: true,
    });
    if (!isSure || !(await this.notify.attempt(() => this.installs.remove(id)))) return;
    this.known.reload();
    this.notify.done(this.transloco.translate('settings.pieces.removed', { name, version }));
  }
}

/** The descriptions have Markdown's emphasis in them, which a list can do without. */
function wordsOf(part: Record<string, unknown>): { name: string; text: string } {
  const text = (key: string): string => (typeof part[key] === 'string' ? part[key].replaceAll(/[*`]/g, '') : '');
  return { name: text('displayName') || text('name'), text: text('description') };
}
