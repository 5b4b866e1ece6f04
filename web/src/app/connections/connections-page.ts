import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiCheckCircleOutline,
  mdiDotsVertical,
  mdiLinkVariant,
  mdiPencilOutline,
  mdiRefresh,
  mdiShareVariantOutline,
  mdiSitemapOutline,
  mdiSwapHorizontal,
  mdiTrashCanOutline,
} from '@mdi/js';
import { Api, ok } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { Icon } from '../design/icon';
import { Language } from '../design/language';
import { PieceIcon } from '../design/piece-icon';
import { Pieces } from '../design/pieces';
import { StatusChip } from '../design/status-chip';
import { RelativeTimePipe } from '../design/when';
import { Session } from '../session/session';
import { Connect } from './connect/connect';
import { ConnectionProblem } from './connect/connection-problem';
import { type ConnectionCommand, ConnectionCommands } from './connection-commands';
import { filtered, works } from './connection-filter';
import { EntryList } from './entry-list';
import { ProjectList } from './project-list';

interface Entry {
  command: ConnectionCommand;
  icon: string;
}

/** The connections that the project may use: those that need somebody first. */
@Component({
  selector: 'pw-connections-page',
  imports: [
    ConnectionProblem,
    EntryList,
    Icon,
    MatButtonModule,
    MatMenuModule,
    PieceIcon,
    RelativeTimePipe,
    StatusChip,
    TranslocoDirective,
  ],
  templateUrl: './connections-page.html',
  styleUrl: './connections-page.scss',
})
export class ConnectionsPage {
  private readonly api = inject(Api);
  private readonly commands = inject(ConnectionCommands);
  private readonly connect = inject(Connect);
  private readonly language = inject(Language);
  private readonly session = inject(Session);
  protected readonly pieces = inject(Pieces);

  protected readonly icons = {
    empty: mdiLinkVariant,
    more: mdiDotsVertical,
    flows: mdiSitemapOutline,
  };
  private readonly entries: readonly Entry[] = [
    { command: 'test', icon: mdiCheckCircleOutline },
    { command: 'rename', icon: mdiPencilOutline },
    { command: 'reconnect', icon: mdiRefresh },
    { command: 'share', icon: mdiShareVariantOutline },
    { command: 'replace', icon: mdiSwapHorizontal },
    { command: 'usage', icon: mdiSitemapOutline },
    { command: 'delete', icon: mdiTrashCanOutline },
  ];
  protected readonly works = works;
  protected readonly onlyBroken = signal(false);
  /** The connection that something is being done with. */
  protected readonly busy = signal('');

  protected readonly list = new ProjectList<ListedConnection>(
    async (query, signal) => (await ok(this.api.GET('/app-connections', { params: { query }, signal }))).data,
  );
  protected readonly broken = computed(() => this.list.all().filter((connection) => !works(connection)).length);
  protected readonly shown = computed(() => {
    const filter = { words: this.list.words(), onlyBroken: this.onlyBroken() };
    return filtered(this.list.all(), filter, (name) => this.pieces.displayName(name), this.language.current());
  });

  /** What the user may do with a connection: the global ones belong to the administrators. */
  protected entriesFor({ scope }: ListedConnection): readonly Entry[] {
    const isGlobal = scope === 'PLATFORM';
    const isOwn = !isGlobal || this.session.isAdministrator();
    const forbidden = new Set<ConnectionCommand>([
      ...(isOwn ? [] : (['rename', 'reconnect', 'delete'] as const)),
      ...(isGlobal && isOwn ? [] : (['share'] as const)),
    ]);
    return this.entries.filter(({ command }) => !forbidden.has(command));
  }

  protected canReconnect(connection: ListedConnection): boolean {
    return !works(connection) && this.entriesFor(connection).some(({ command }) => command === 'reconnect');
  }

  protected async add(): Promise<void> {
    if (await this.connect.ask()) this.list.reload();
  }

  protected async do(command: ConnectionCommand, connection: ListedConnection): Promise<void> {
    this.busy.set(connection.id);
    if (await this.commands.do(command, connection, this.list.all())) this.list.reload();
    this.busy.set('');
  }
}
