import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiCloudAlertOutline, mdiContentCopy, mdiKeyVariant, mdiPlus, mdiTrashCanOutline } from '@mdi/js';
import { firstValueFrom } from 'rxjs';
import { Api, ok } from '../api/api';
import type { Variable } from '../api/schema';
import { Confirm } from '../design/confirm';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { Notify, ProblemText } from '../design/notify';
import { SearchField } from '../design/search-field';
import { RelativeTimePipe } from '../design/when';
import { Session } from '../session/session';
import type { VariableOrder } from './variable-dialog';
import { expressionFor } from './variable-name';

const ALL = 10_000;

/** Encrypted texts that the project's flows use by name. */
@Component({
  selector: 'pw-variables-page',
  imports: [EmptyState, Icon, MatButtonModule, MatProgressBarModule, RelativeTimePipe, SearchField, TranslocoDirective],
  templateUrl: './variables-page.html',
  styleUrl: './variables-page.scss',
})
export class VariablesPage {
  private readonly api = inject(Api);
  private readonly clipboard = inject(Clipboard);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  private readonly transloco = inject(TranslocoService);

  protected readonly icons = {
    add: mdiPlus,
    copy: mdiContentCopy,
    delete: mdiTrashCanOutline,
    key: mdiKeyVariant,
    offline: mdiCloudAlertOutline,
  };
  protected readonly expressionFor = expressionFor;
  protected readonly words = signal('');
  protected readonly variables = resource({
    params: () => this.session.projectId(),
    loader: async ({ params: projectId, abortSignal }) =>
      (await ok(this.api.GET('/variables', { params: { query: { projectId, limit: ALL } }, signal: abortSignal }))).data,
  });
  protected readonly all = computed(() => (this.variables.hasValue() ? this.variables.value() : []));
  protected readonly shown = computed(() => {
    const wanted = this.words().trim().toLowerCase();
    return this.all()
      .filter((variable) => variable.name.toLowerCase().includes(wanted))
      .sort((one, other) => one.name.localeCompare(other.name));
  });
  protected readonly failure = computed(() => (this.variables.error() ? this.problems.of(this.variables.error()) : ''));

  /** A new variable, or another value for one. */
  protected async edit(variable: Variable | null): Promise<void> {
    const { VariableDialog } = await import('./variable-dialog');
    const data: VariableOrder = { variable, names: this.all().map(({ name }) => name) };
    const dialog = this.dialog.open<unknown, VariableOrder, boolean>(VariableDialog, { data, width: '480px' });
    if (await firstValueFrom(dialog.afterClosed())) this.variables.reload();
  }

  protected copy(name: string): void {
    if (this.clipboard.copy(expressionFor(name))) this.notify.done(this.transloco.translate('variables.copied'));
  }

  protected async remove({ id, name, flowIds }: Variable): Promise<void> {
    const count = flowIds?.length ?? 0;
    const isSure = await this.confirm.ask({
      heading: this.transloco.translate('variables.deleteHeading', { name }),
      text: this.transloco.translate(count > 0 ? 'variables.deleteUsed' : 'variables.deleteText', { count }),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (isSure && (await this.notify.attempt(() => this.api.DELETE('/variables/{id}', { params: { path: { id } } })))) {
      this.notify.done(this.transloco.translate('variables.deleted', { name }));
      this.variables.reload();
    }
  }
}
