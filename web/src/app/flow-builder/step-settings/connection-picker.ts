import { Component, computed, inject, input, linkedSignal, output } from '@angular/core';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiPlus, mdiRefresh } from '@mdi/js';
import type { Connection } from '../../api/schema';
import { Connect, type ConnectRequest } from '../../connections/connect/connect';
import { ConnectionProblem } from '../../connections/connect/connection-problem';
import { Icon } from '../../design/icon';
import { Session } from '../../session/session';
import { TemplateInput } from '../data/template-input';
import { FlowConnections } from '../flow-connections';
import { referenceTo, referredConnection } from '../model/connection-reference';
import { ChoiceList } from './fields/choice-list';
import type { Choice } from './model/metadata';

/** The connection that a step uses: one that is there, one that is made in place, or an expression. What is wrong with it can be put right here. */
@Component({
  selector: 'pw-connection-picker',
  imports: [ChoiceList, ConnectionProblem, Icon, TemplateInput, TranslocoDirective],
  templateUrl: './connection-picker.html',
  styleUrl: './connection-picker.scss',
  host: { 'data-field': 'auth' },
})
export class ConnectionPicker {
  private readonly connect = inject(Connect);
  private readonly session = inject(Session);
  private readonly transloco = inject(TranslocoService);
  protected readonly connections = inject(FlowConnections);

  readonly pieceName = input.required<string>();
  readonly pieceVersion = input<string>();
  readonly pieceTitle = input.required<string>();
  /** The step's input `auth`. */
  readonly value = input.required<string>();
  readonly required = input(true);
  readonly disabled = input(false);
  readonly valueChange = output<string>();

  protected readonly icons = { add: mdiPlus, again: mdiRefresh, problem: mdiAlertCircleOutline };
  protected readonly externalId = computed(() => referredConnection(this.value()));
  protected readonly isExpression = linkedSignal(() => this.value().trim() !== '' && this.externalId() === undefined);
  protected readonly chosen = computed(() => this.connections.find(this.externalId()));
  /** The name of a connection that this project does not have. */
  protected readonly unknown = computed(() => (this.connections.isLoaded() && !this.chosen() ? this.externalId() : undefined));
  protected readonly broken = computed(() => (this.chosen() && this.chosen()?.status !== 'ACTIVE' ? this.chosen() : undefined));
  protected readonly choices = computed<Choice[]>(() => {
    const own = this.connections.of(this.pieceName());
    const chosen = this.chosen();
    const all = chosen && !own.includes(chosen) ? [chosen, ...own] : own; // a connection of another piece, set by hand
    return all.map((connection) => ({ label: this.labelOf(connection), value: connection.externalId }));
  });
  /** The global ones belong to the administrators. */
  protected readonly canReconnect = computed(() => this.chosen()?.scope !== 'PLATFORM' || this.session.isAdministrator());

  constructor() {
    if (this.connections.isLoaded()) this.connections.reload(); // somebody may have made or mended one elsewhere
  }

  protected choose(externalId: unknown): void {
    this.valueChange.emit(typeof externalId === 'string' ? referenceTo(externalId) : '');
  }

  /** Makes a connection and uses it. One that the flow names and the project lacks is made under that name. */
  protected async add(): Promise<void> {
    await this.ask({ pieceName: this.pieceName(), pieceVersion: this.pieceVersion(), externalId: this.unknown() });
  }

  protected async reconnect(connection: Connection): Promise<void> {
    await this.ask({ again: connection });
  }

  private async ask(request: ConnectRequest): Promise<void> {
    const made = await this.connect.ask(request);
    if (!made) return;
    this.connections.reload();
    this.isExpression.set(false);
    this.valueChange.emit(referenceTo(made.externalId));
  }

  private labelOf({ displayName, scope, status }: Connection): string {
    const marks = [
      scope === 'PLATFORM' ? this.transloco.translate<string>('connections.global') : '',
      status === 'ACTIVE' ? '' : this.transloco.translate<string>(`status.${status}`),
    ].filter(Boolean);
    return marks.length > 0 ? `${displayName} (${marks.join(', ')})` : displayName;
  }
}
