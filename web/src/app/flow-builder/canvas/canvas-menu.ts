import { Component, ElementRef, computed, effect, inject, untracked, viewChild } from '@angular/core';
import { MatDividerModule } from '@angular/material/divider';
import { MatMenuModule, MatMenuTrigger } from '@angular/material/menu';
import {
  mdiArrowLeft,
  mdiArrowRight,
  mdiContentCopy,
  mdiContentCut,
  mdiContentDuplicate,
  mdiContentPaste,
  mdiDeleteOutline,
  mdiFitToScreenOutline,
  mdiLightningBoltOutline,
  mdiNotePlusOutline,
  mdiPencilOutline,
  mdiPlay,
  mdiPlus,
  mdiSkipNextCircleOutline,
  mdiSourceBranchPlus,
} from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import { type Action, isTrigger } from '../model/step';
import { CanvasCommands } from './canvas-commands';
import { CanvasState } from './canvas-state';
import { Clipboard } from './clipboard';
import { lastPlace } from './edits';
import { Texts } from './texts';

/** The one menu of the canvas: of a step (or all that are selected), of a branch, or of the ground. It opens where `state.menu` says. */
@Component({
  selector: 'pw-canvas-menu',
  imports: [Icon, MatDividerModule, MatMenuModule],
  templateUrl: './canvas-menu.html',
  styles: `
    .anchor {
      position: fixed;
      width: 0;
      height: 0;
      padding: 0;
      border: 0;
      opacity: 0;
      pointer-events: none;
    }
    ::ng-deep .pw-canvas-menu.mat-mdc-menu-panel {
      min-width: 200px;
      background: var(--pw-raised);
    }
    ::ng-deep .pw-canvas-menu .mat-mdc-menu-item {
      --mat-menu-item-label-text-size: 13.5px;
      min-height: 38px;
    }
    ::ng-deep .pw-canvas-menu .mat-mdc-menu-item-text {
      display: flex;
      flex: 1;
      align-items: center;
    }
    .keys {
      margin-left: auto;
      padding-left: 24px;
      color: var(--pw-text-soft);
      font-size: 12px;
    }
    pw-icon {
      margin-right: 12px;
      color: var(--pw-text-soft);
    }
  `,
})
export class CanvasMenu {
  protected readonly builder = inject(FlowBuilder);
  protected readonly clipboard = inject(Clipboard);
  protected readonly commands = inject(CanvasCommands);
  protected readonly state = inject(CanvasState);
  protected readonly texts = inject(Texts);
  private readonly trigger = viewChild.required(MatMenuTrigger);
  private readonly anchor = viewChild.required<ElementRef<HTMLElement>>('anchor');
  private origin: HTMLElement | null = null;

  protected readonly icons = {
    add: mdiPlus,
    addBranch: mdiSourceBranchPlus,
    copy: mdiContentCopy,
    cut: mdiContentCut,
    delete: mdiDeleteOutline,
    duplicate: mdiContentDuplicate,
    fit: mdiFitToScreenOutline,
    left: mdiArrowLeft,
    note: mdiNotePlusOutline,
    paste: mdiContentPaste,
    rename: mdiPencilOutline,
    replace: mdiLightningBoltOutline,
    right: mdiArrowRight,
    run: mdiPlay,
    skip: mdiSkipNextCircleOutline,
  };
  protected readonly modifier = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl ';

  protected readonly canEdit = computed(() => !this.builder.isReadonly());
  protected readonly step = computed(() => {
    const menu = this.state.menu();
    return menu && menu.for !== 'canvas' ? this.builder.steps().get(menu.name) : undefined;
  });
  protected readonly isTrigger = computed(() => {
    const step = this.step();
    return step !== undefined && isTrigger(step);
  });
  protected readonly router = computed(() => {
    const step = this.step();
    return step?.type === 'ROUTER' ? step : undefined;
  });
  /** What the menu of a step is about: all selected steps, if it is one of them. */
  protected readonly names = computed<ReadonlySet<string>>(() => {
    const name = this.step()?.name ?? '';
    const selection = this.builder.selection();
    return selection.has(name) ? selection : new Set([name]);
  });
  protected readonly isSkipped = computed(() =>
    [...this.names()].every((name) => {
      const step = this.builder.steps().get(name);
      return !step || isTrigger(step) || step.skip === true;
    }),
  );
  protected readonly branch = computed(() => {
    const menu = this.state.menu();
    const branches = this.router()?.settings.branches;
    if (menu?.for !== 'branch' || !branches) return undefined;
    const { branchIndex: index } = menu;
    const isFallback = (at: number) => branches[at]?.branchType === 'FALLBACK';
    return {
      index,
      isFallback: isFallback(index),
      canMoveLeft: index > 0 && !isFallback(index),
      canMoveRight: index < branches.length - 1 && !isFallback(index + 1) && !isFallback(index),
      canDelete: !isFallback(index) && branches.length > 1,
      hasSteps: Boolean((this.router() as Action).children?.[index]),
    };
  });

  constructor() {
    effect(() => {
      const menu = this.state.menu();
      if (menu) untracked(() => this.open(menu.at, menu.origin));
    });
  }

  protected endPlace() {
    return lastPlace((this.builder.shown() as { trigger: Parameters<typeof lastPlace>[0] }).trigger);
  }

  protected renameBranch(name: string, branchIndex: number): void {
    // The menu gives the focus back first.
    setTimeout(() => this.state.renaming.set({ name, branchIndex }));
  }

  protected rename(name: string): void {
    setTimeout(() => this.commands.rename(name));
  }

  protected closed(): void {
    this.state.menu.set(null);
    this.origin?.focus({ preventScroll: true });
  }

  private open({ x, y }: { x: number; y: number }, origin: HTMLElement | null): void {
    this.origin = origin;
    Object.assign(this.anchor().nativeElement.style, { left: `${x}px`, top: `${y}px` });
    this.trigger().openMenu();
  }
}
