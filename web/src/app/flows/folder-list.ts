/** The folders of the project with the number of flows in each. */
import { Injectable, computed, inject, signal } from '@angular/core';
import { Api, ok } from '../api/api';
import type { Folder } from '../api/schema';
import { Session } from '../session/session';
import { NO_FOLDER } from './flow-list';

@Injectable()
export class FolderList {
  private readonly api = inject(Api);
  private readonly session = inject(Session);

  private readonly found = signal<Folder[]>([]);
  /** By name. */
  readonly folders = computed(() => [...this.found()].sort((one, other) => one.displayName.localeCompare(other.displayName)));
  readonly total = signal(0);
  readonly uncategorised = signal(0);
  readonly isLoaded = signal(false);

  /** Reads folders and counts. */
  async read(): Promise<void> {
    const projectId = this.session.projectId();
    const [page, total, uncategorised] = await Promise.all([
      ok(this.api.GET('/folders', { params: { query: { projectId, limit: 1000 } } })),
      ok(this.api.GET('/flows/count', { params: { query: { projectId } } })),
      ok(this.api.GET('/flows/count', { params: { query: { projectId, folderId: NO_FOLDER } } })),
    ]);
    this.found.set(page.data);
    this.total.set(total);
    this.uncategorised.set(uncategorised);
    this.isLoaded.set(true);
  }

  nameOf(id: string | null): string {
    return this.found().find((folder) => folder.id === id)?.displayName ?? '';
  }

  /** Adds a folder; one that has this name already is the answer then. */
  async create(displayName: string): Promise<Folder> {
    const folder = await ok(this.api.POST('/folders', { body: { displayName, projectId: this.session.projectId() } }));
    await this.read();
    return folder;
  }

  async rename(id: string, displayName: string): Promise<void> {
    await this.api.POST('/folders/{id}', { params: { path: { id } }, body: { displayName } });
    await this.read();
  }

  /** Deletes a folder. Its flows stay. */
  async delete(id: string): Promise<void> {
    await this.api.DELETE('/folders/{id}', { params: { path: { id } } });
    await this.read();
  }
}
