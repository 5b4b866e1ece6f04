import { Component, computed, inject, input, output } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatMenuModule } from '@angular/material/menu';
import { MatSelectModule } from '@angular/material/select';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiDotsHorizontal, mdiFolderOutline, mdiFolderPlusOutline, mdiPencilOutline, mdiTrashCanOutline } from '@mdi/js';
import type { Folder } from '../api/schema';
import { Icon } from '../design/icon';
import { NO_FOLDER } from './flow-list';
import { FolderList } from './folder-list';

/** The folders to choose from: a column where there is room, else a field. The choice stands in the page's query. */
@Component({
  selector: 'pw-folder-column',
  imports: [Icon, MatButtonModule, MatFormFieldModule, MatMenuModule, MatSelectModule, RouterLink, TranslocoDirective],
  templateUrl: './folder-column.html',
  styleUrl: './folder-column.scss',
})
export class FolderColumn {
  private readonly router = inject(Router);
  protected readonly list = inject(FolderList);

  /** The id of the folder that is shown, `NO_FOLDER`, or nothing. */
  readonly current = input('');
  readonly added = output();
  readonly renamed = output<Folder>();
  readonly deleted = output<Folder>();

  protected readonly currentFolder = computed(() => this.list.folders().find((folder) => folder.id === this.current()));
  protected readonly none = NO_FOLDER;
  protected readonly icons = {
    add: mdiFolderPlusOutline,
    delete: mdiTrashCanOutline,
    folder: mdiFolderOutline,
    more: mdiDotsHorizontal,
    rename: mdiPencilOutline,
  };

  protected go(folder: string): void {
    void this.router.navigate([], { queryParams: { folder: folder || null }, queryParamsHandling: 'merge' });
  }
}
