/** What can be done with a connection that is there. Each tells whether the list has to be read again. */
import { Injectable, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { Api, ok } from '../api/api';
import type { FlowUse, ListedConnection } from '../api/schema';
import { AskName } from '../design/ask-name';
import { Confirm } from '../design/confirm';
import { Notify } from '../design/notify';
import { Connect } from './connect/connect';
import type { ReplaceOrder } from './replace-dialog';
import type { UsageOrder } from './usage-dialog';

export type ConnectionCommand = 'test' | 'rename' | 'reconnect' | 'replace' | 'share' | 'usage' | 'delete';

@Injectable({ providedIn: 'root' })
export class ConnectionCommands {
  private readonly api = inject(Api);
  private readonly askName = inject(AskName);
  private readonly confirm = inject(Confirm);
  private readonly connect = inject(Connect);
  private readonly dialog = inject(MatDialog);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  async do(command: ConnectionCommand, connection: ListedConnection, all: readonly ListedConnection[]): Promise<boolean> {
    switch (command) {
      case 'test':
        return this.test(connection);
      case 'rename':
        return this.rename(connection);
      case 'reconnect':
        return (await this.connect.ask({ again: connection })) !== undefined;
      case 'replace':
        return this.replace(connection, all);
      case 'share':
        return this.share(connection);
      case 'usage':
        await this.showUsage(connection);
        return false;
      case 'delete':
        return this.delete(connection);
    }
  }

  private async test({ id, displayName: name }: ListedConnection): Promise<boolean> {
    return this.notify.attempt(async () => {
      const { status } = await ok(this.api.POST('/app-connections/{id}/revalidate', { params: { path: { id } } }));
      this.notify.done(this.transloco.translate(status === 'ACTIVE' ? 'connections.works' : 'connections.refused', { name }));
    });
  }

  private async rename(connection: ListedConnection): Promise<boolean> {
    const params = { path: { id: connection.id } };
    const isGlobal = connection.scope === 'PLATFORM';
    const action = (displayName: string) =>
      isGlobal
        ? ok(this.api.POST('/global-connections/{id}', { params, body: { displayName } }))
        : ok(this.api.POST('/app-connections/{id}', { params, body: { displayName } }));
    const heading: string = this.transloco.translate('connections.renameHeading');
    return (
      (await this.askName.ask({ heading, name: connection.displayName, yes: this.transloco.translate('common.save'), action })) !==
      undefined
    );
  }

  private async replace(connection: ListedConnection, all: readonly ListedConnection[]): Promise<boolean> {
    const { ReplaceDialog } = await import('./replace-dialog');
    const data: ReplaceOrder = { connection, all };
    const dialog = this.dialog.open<unknown, ReplaceOrder, boolean>(ReplaceDialog, { data, width: '480px' });
    if (!(await firstValueFrom(dialog.afterClosed()))) return false;
    this.notify.done(this.transloco.translate('connections.replaced', { name: connection.displayName }));
    return true;
  }

  private async share(connection: ListedConnection): Promise<boolean> {
    const { ShareDialog } = await import('./share-dialog');
    const dialog = this.dialog.open<unknown, ListedConnection, boolean>(ShareDialog, { data: connection, width: '440px' });
    return (await firstValueFrom(dialog.afterClosed())) === true;
  }

  private async showUsage(connection: ListedConnection): Promise<void> {
    const { UsageDialog } = await import('./usage-dialog');
    this.dialog.open<unknown, UsageOrder>(UsageDialog, { data: { connection }, width: '480px' });
  }

  /** Asks with what would break. One that nobody used is deleted only as long as nobody does. */
  private async delete(connection: ListedConnection): Promise<boolean> {
    const uses = await this.usesOf(connection);
    if (!uses) return false;
    const words = { name: connection.displayName, count: uses.length, flows: uses.map((use) => use.displayName).join(', ') };
    const isSure = await this.confirm.ask({
      heading: this.transloco.translate('connections.deleteHeading', words),
      text: this.transloco.translate(uses.length > 0 ? 'connections.deleteUsed' : 'connections.deleteUnused', words),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (!isSure) return false;
    const params = { path: { id: connection.id }, query: { ifUnused: uses.length === 0 } };
    const isGlobal = connection.scope === 'PLATFORM';
    return this.notify.attempt(async () => {
      await (isGlobal ? this.api.DELETE('/global-connections/{id}', { params }) : this.api.DELETE('/app-connections/{id}', { params }));
      this.notify.done(this.transloco.translate('connections.deleted', words));
    });
  }

  private async usesOf({ id }: ListedConnection): Promise<FlowUse[] | undefined> {
    try {
      return (await ok(this.api.GET('/app-connections/{id}/usage', { params: { path: { id } } }))).data;
    } catch (error) {
      this.notify.problem(error);
      return undefined;
    }
  }
}
