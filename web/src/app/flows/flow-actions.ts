/** What can be done with flows from outside of the builder. Every method throws the `ApiProblem` of a call that failed. */
import { Injectable, inject } from '@angular/core';
import { Api, type FlowOperation, ok } from '../api/api';
import type { PopulatedFlow } from '../api/schema';
import { Session } from '../session/session';
import { type FlowDocument, readDocuments } from './flow-documents';

export type FlowStatus = PopulatedFlow['status'];

@Injectable({ providedIn: 'root' })
export class FlowActions {
  private readonly api = inject(Api);
  private readonly session = inject(Session);

  /** Adds an empty flow, in a folder if one is given. */
  create(displayName: string, folderId: string | null): Promise<PopulatedFlow> {
    const body = { displayName, projectId: this.session.projectId(), ...(folderId ? { folderId } : {}) };
    return ok(this.api.POST('/flows', { body }));
  }

  rename(id: string, displayName: string): Promise<PopulatedFlow> {
    return this.operate(id, { type: 'CHANGE_NAME', request: { displayName } });
  }

  move(id: string, folderId: string | null): Promise<PopulatedFlow> {
    return this.operate(id, { type: 'CHANGE_FOLDER', request: { folderId } });
  }

  setStatus(id: string, status: FlowStatus): Promise<PopulatedFlow> {
    return this.operate(id, { type: 'CHANGE_STATUS', request: { status } });
  }

  publish(id: string): Promise<PopulatedFlow> {
    return this.operate(id, { type: 'LOCK_AND_PUBLISH', request: { status: 'ENABLED' } });
  }

  async delete(id: string): Promise<void> {
    await this.api.DELETE('/flows/{id}', { params: { path: { id } } });
  }

  /** A flow as a template: the server's own text, so that nothing is lost on the way through this page. */
  exportText(id: string): Promise<string> {
    return ok(this.api.GET('/flows/{id}/template', { params: { path: { id } }, parseAs: 'text' })) as Promise<string>;
  }

  /** Adds a flow with the steps of a document. A flow that cannot be imported is not left behind. */
  async import(document: FlowDocument, folderId: string | null): Promise<PopulatedFlow> {
    const flow = await this.create(document.displayName, folderId);
    try {
      // A document is what somebody gave us; the server checks it and names the faulty field.
      return await this.operate(flow.id, { type: 'IMPORT_FLOW', request: { ...document } } as FlowOperation);
    } catch (error) {
      await this.delete(flow.id).catch(() => undefined);
      throw error;
    }
  }

  /** Adds a copy of a flow to the folder that the flow is in. */
  async duplicate(flow: PopulatedFlow, displayName: string): Promise<PopulatedFlow> {
    const [document] = readDocuments(await this.exportText(flow.id));
    return this.import({ ...(document as FlowDocument), displayName }, flow.folderId);
  }

  private operate(id: string, operation: FlowOperation): Promise<PopulatedFlow> {
    return ok(this.api.POST('/flows/{id}', { params: { path: { id } }, body: operation }));
  }
}
