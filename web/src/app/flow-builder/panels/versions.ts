/** The versions of the open flow, newest first, with the numbers that people know them by: the first one is 1. */
import { Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { Api, ok } from '../../api/api';
import type { FlowVersion, FlowVersionMetadata } from '../../api/schema';
import { FlowBuilder, draftOf } from '../flow-builder';
import type { Draft } from '../model/step';

export interface NumberedVersion extends FlowVersionMetadata {
  number: number;
  isPublished: boolean;
  isLatest: boolean;
  /** Who changed it last; empty when nobody knows. */
  editor: string;
}

const PAGE = 200;

@Injectable()
export class Versions {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);

  private readonly found = signal<readonly FlowVersionMetadata[]>([]);
  readonly isLoaded = signal(false);
  readonly problem = signal<unknown>(null);
  readonly list = computed<readonly NumberedVersion[]>(() => {
    const flow = this.builder.flow();
    return this.found().map((version, index, all) => ({
      ...version,
      // The list is read when a version comes, not with every edit of the draft.
      ...(version.id === flow?.version.id ? { updated: flow.version.updated, valid: flow.version.valid, state: flow.version.state } : {}),
      number: all.length - index,
      isPublished: version.id === flow?.publishedVersionId,
      isLatest: version.id === flow?.version.id,
      editor: nameOf(version.updatedByUser),
    }));
  });
  /** The number of the published version; undefined while there is none, or nobody knows yet. */
  readonly publishedNumber = computed(() => this.list().find((version) => version.isPublished)?.number);

  constructor() {
    // Not with every edit: when a version comes, is locked or is published.
    const state = computed(() => {
      const flow = this.builder.flow();
      return flow ? `${flow.id} ${flow.version.id} ${flow.version.state} ${flow.publishedVersionId}` : '';
    });
    effect(() => {
      if (state()) untracked(() => void this.read());
    });
  }

  numberOf(versionId: string): number | undefined {
    return this.list().find((version) => version.id === versionId)?.number;
  }

  async read(): Promise<void> {
    const flowId = this.builder.flowId();
    try {
      const versions: FlowVersionMetadata[] = [];
      for (let cursor: string | null | undefined = undefined; cursor !== null;) {
        const query: { limit: number; cursor?: string } = cursor ? { limit: PAGE, cursor } : { limit: PAGE };
        const page = await ok(this.api.GET('/flows/{flowId}/versions', { params: { path: { flowId }, query } }));
        versions.push(...page.data);
        cursor = page.next;
      }
      if (flowId === this.builder.flowId()) this.found.set(versions);
      this.problem.set(null);
    } catch (problem) {
      this.problem.set(problem);
    }
    this.isLoaded.set(true);
  }

  /** A version with its steps. */
  async version(versionId: string): Promise<FlowVersion> {
    const params = { path: { id: this.builder.flowId() }, query: { versionId } };
    return (await ok(this.api.GET('/flows/{id}', { params }))).version;
  }

  /** What a version says, for comparing: of the draft with the edits that are still on their way. */
  async contents(versionId: string): Promise<Draft> {
    const draft = this.builder.draft();
    return draft && versionId === this.builder.flow()?.version.id ? draft : draftOf(await this.version(versionId));
  }

  /**
   * Makes a version the draft. A draft that is there becomes a version of its own first, so that nothing is lost; gives the id of the
   * version with which this is undone.
   */
  async restore(versionId: string): Promise<string> {
    await this.builder.settled();
    const before = this.builder.flow()?.version;
    if (before?.state === 'DRAFT') await this.builder.operate({ type: 'LOCK_FLOW', request: {} });
    await this.builder.operate({ type: 'USE_AS_DRAFT', request: { versionId } });
    return before?.id ?? '';
  }
}

export function nameOf(user: FlowVersionMetadata['updatedByUser']): string {
  const part = (key: string) => (typeof user?.[key] === 'string' ? user[key] : '');
  return `${part('firstName')} ${part('lastName')}`.trim() || part('email');
}
