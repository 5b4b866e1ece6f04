import { Component, computed, inject, resource } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatSlideToggleModule } from '@angular/material/slide-toggle';
import { MatTooltipModule } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import {
  mdiAlertCircleOutline,
  mdiArrowLeft,
  mdiCheckCircleOutline,
  mdiFolderOutline,
  mdiFormatListBulletedTriangle,
  mdiHistory,
  mdiPlay,
  mdiRedo,
  mdiUndo,
} from '@mdi/js';
import { Api, ok } from '../../api/api';
import { Icon } from '../../design/icon';
import { FlowBuilder, type Panel } from '../flow-builder';
import { humanPageOf, humanPageUrl } from '../human-page';
import { Problems } from '../panels/problems';
import { Versions } from '../panels/versions';
import { RunMode } from '../run-mode/run-mode';
import { FlowName } from './flow-name';
import { People } from './people';
import { Publishing } from './publishing';
import { SaveState } from './save-state';

const COMMAND_KEY = /mac|iphone|ipad/i.test(navigator.platform) ? '⌘' : 'Ctrl+';

/** The builder's top bar: which flow this is and where its edits are; what one can do with the whole of it. */
@Component({
  selector: 'pw-top-bar',
  imports: [FlowName, Icon, MatButtonModule, MatSlideToggleModule, MatTooltipModule, People, RouterLink, SaveState, TranslocoDirective],
  templateUrl: './top-bar.html',
  styleUrl: './top-bar.scss',
})
export class TopBar {
  private readonly api = inject(Api);
  protected readonly builder = inject(FlowBuilder);
  protected readonly problems = inject(Problems);
  protected readonly publishing = inject(Publishing);
  protected readonly runMode = inject(RunMode);
  protected readonly versions = inject(Versions);

  protected readonly icons = {
    back: mdiArrowLeft,
    folder: mdiFolderOutline,
    redo: mdiRedo,
    run: mdiPlay,
    undo: mdiUndo,
  };
  protected readonly panels = computed<{ panel: Panel; icon: string }[]>(() => [
    { panel: 'runs', icon: mdiFormatListBulletedTriangle },
    { panel: 'versions', icon: mdiHistory },
    { panel: 'problems', icon: this.problems.all().length > 0 ? mdiAlertCircleOutline : mdiCheckCircleOutline },
  ]);
  protected readonly keys = { undo: `${COMMAND_KEY}Z`, redo: `${COMMAND_KEY}Shift+Z` };
  /** The page of a form or a chat: the published one, or while there is none the draft. */
  protected readonly page = computed(() => {
    const kind = humanPageOf(this.builder.draft()?.trigger.settings);
    const isLive = this.publishing.state() !== 'unpublished' && this.publishing.isEnabled();
    return kind && { kind, url: humanPageUrl(kind, this.builder.flowId(), isLive ? undefined : 'draft') };
  });
  protected readonly isOffline = computed(() => this.builder.connectionState() === 'offline');

  /** The save state needs the room then. */
  protected readonly isTrouble = computed(() => ['offline', 'refused'].includes(this.builder.connectionState()));

  private readonly folderId = computed(() => this.builder.flow()?.folderId ?? undefined);
  private readonly foundFolder = resource({
    params: () => this.folderId(),
    loader: ({ params: id }) => ok(this.api.GET('/folders/{id}', { params: { path: { id } } })),
  });
  protected readonly folder = computed(() => (this.foundFolder.hasValue() ? this.foundFolder.value().displayName : ''));

  protected toggle(panel: Panel): void {
    this.builder.panel.update((open) => (open === panel ? 'none' : panel));
  }
}
