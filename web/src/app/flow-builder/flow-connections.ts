/** The connections that the flow's steps may use. Read when the builder opens, and again when one was made or may have changed. */
import { Injectable, computed, inject, resource } from '@angular/core';
import { Api, ok } from '../api/api';
import type { ListedConnection } from '../api/schema';
import { Session } from '../session/session';
import { connectionOf } from './model/connection-reference';
import type { Step } from './model/step';

const ALL = 10_000;

@Injectable()
export class FlowConnections {
  private readonly api = inject(Api);
  private readonly session = inject(Session);

  private readonly loaded = resource({
    params: () => this.session.projectId() || undefined,
    loader: async ({ params: projectId }) =>
      (await ok(this.api.GET('/app-connections', { params: { query: { projectId, limit: ALL } } }))).data,
  });
  readonly all = computed<readonly ListedConnection[]>(() => (this.loaded.hasValue() ? this.loaded.value() : []));
  readonly isLoaded = computed(() => this.loaded.hasValue());
  readonly problem = computed(() => this.loaded.error());
  private readonly byExternalId = computed(() => new Map(this.all().map((connection) => [connection.externalId, connection])));

  find(externalId: string | undefined): ListedConnection | undefined {
    return externalId === undefined ? undefined : this.byExternalId().get(externalId);
  }

  /** The connections of a piece, by name. */
  of(pieceName: string): ListedConnection[] {
    return this.all()
      .filter((connection) => connection.pieceName === pieceName)
      .sort((one, other) => one.displayName.localeCompare(other.displayName));
  }

  /** Whether a step's connection is missing, or its service refuses it. */
  isBrokenAt(step: Step): boolean {
    const externalId = connectionOf(step);
    return externalId !== undefined && this.isLoaded() && this.find(externalId)?.status !== 'ACTIVE';
  }

  reload(): void {
    this.loaded.reload();
  }
}
