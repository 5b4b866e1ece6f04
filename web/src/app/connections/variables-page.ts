import { Clipboard } from '@angular/cdk/clipboard';
import { Component, computed, inject } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiContentCopy, mdiKeyVariant, mdiTrashCanOutline } from '@mdi/js';
import { firstValueFrom } from 'rxjs';
import { Api, ok } from '../api/api';
import type { Variable } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Icon } from '../design/icon';
import { Notify } from '../design/notify';
import { RelativeTimePipe } from '../design/when';
import { EntryList } from './entry-list';
import { ProjectList } from './project-list';
import type { VariableOrder } from './variable-dialog';
import { expressionFor } from './variable-name';

/** Encrypted texts that the project's flows use by name. */
@Component({
  selector: 'pw-variables-page',
  imports: [EntryList, Icon, MatButtonModule, RelativeTimePipe, TranslocoDirective],
  templateUrl: './variables-page.html',
  styleUrl: './variables-page.scss',
})
export class VariablesPage {
  private readonly api = inject(Api);
  private readonly clipboard = inject(Clipboard);
  private readonly confirm = inject(Confirm);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  protected readonly icons = { copy: mdiContentCopy, delete: mdiTrashCanOutline, key: mdiKeyVariant };
  protected readonly expressionFor = expressionFor;
  protected readonly list = new ProjectList<Variable>(
    async (query, signal) => (await ok(this.api.GET('/variables', { params: { query }, signal }))).data,
  );
  protected readonly shown = computed(() => {
    const wanted = this.list.words().trim().toLowerCase();
    return this.list
      .all()
      .filter((variable) => variable.name.toLowerCase().includes(wanted))
      .sort((one, other) => one.name.localeCompare(other.name));
  });

  /** A new variable, or another value for one. */
  protected async edit(variable: Variable | null): Promise<void> {
    const { VariableDialog } = await import('./variable-dialog');
    const data: VariableOrder = { variable, names: this.list.all().map(({ name }) => name) };
    const dialog = this.dialog.open<unknown, VariableOrder, boolean>(VariableDialog, { data, width: '480px' });
    if (await firstValueFrom(dialog.afterClosed())) this.list.reload();
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
      this.list.reload();
    }
  }
}
