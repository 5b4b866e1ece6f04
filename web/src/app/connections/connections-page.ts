import { Component, computed, inject, resource, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatMenuModule } from '@angular/material/menu';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiCheckCircleOutline,
  mdiCloudAlertOutline,
  mdiDotsVertical,
  mdiLinkVariant,
  mdiPencilOutline,
  mdiPlus,
  mdiRefresh,
  mdiShareVariantOutline,
  mdiSitemapOutline,
  mdiSwapHorizontal,
  mdiTrashCanOutline,
} from '@mdi/js';
import { Api, ok } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { Language } from '../design/language';
import { ProblemText } from '../design/notify';
import { PieceIcon } from '../design/piece-icon';
import { Pieces } from '../design/pieces';
import { SearchField } from '../design/search-field';
import { StatusChip } from '../design/status-chip';
import { RelativeTimePipe } from '../design/when';
import { Session } from '../session/session';
import { Connect } from './connect/connect';
import { ConnectionProblem } from './connect/connection-problem';
import { type ConnectionCommand, ConnectionCommands } from './connection-commands';
import { filtered, works } from './connection-filter';

const ALL = 10_000;

interface Entry {
  command: ConnectionCommand;
  icon: string;
}

/** The connections that the project may use: those that need somebody first. */
@Component({
  selector: 'pw-connections-page',
  imports: [
    ConnectionProblem,
    EmptyState,
    Icon,
    MatButtonModule,
    MatMenuModule,
    MatProgressBarModule,
    PieceIcon,
    RelativeTimePipe,
    SearchField,
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
  private readonly problems = inject(ProblemText);
  private readonly session = inject(Session);
  protected readonly pieces = inject(Pieces);

  protected readonly icons = {
    add: mdiPlus,
    empty: mdiLinkVariant,
    more: mdiDotsVertical,
    offline: mdiCloudAlertOutline,
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
  protected readonly words = signal('');
  protected readonly onlyBroken = signal(false);
  /** The connection that something is being done with. */
  protected readonly busy = signal('');

  protected readonly connections = resource({
    params: () => this.session.projectId(),
    loader: async ({ params: projectId, abortSignal }) =>
      (await ok(this.api.GET('/app-connections', { params: { query: { projectId, limit: ALL } }, signal: abortSignal }))).data,
  });
  protected readonly all = computed(() => (this.connections.hasValue() ? this.connections.value() : []));
  protected readonly broken = computed(() => this.all().filter((connection) => !works(connection)).length);
  protected readonly shown = computed(() => {
    const filter = { words: this.words(), onlyBroken: this.onlyBroken() };
    return filtered(this.all(), filter, (name) => this.pieces.displayName(name), this.language.current());
  });
  protected readonly failure = computed(() => (this.connections.error() ? this.problems.of(this.connections.error()) : ''));

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
    if (await this.connect.ask()) this.connections.reload();
  }

  protected async do(command: ConnectionCommand, connection: ListedConnection): Promise<void> {
    this.busy.set(connection.id);
    if (await this.commands.do(command, connection, this.all())) this.connections.reload();
    this.busy.set('');
  }
}
