import {
  Component,
  DestroyRef,
  ElementRef,
  type Signal,
  afterNextRender,
  afterRenderEffect,
  computed,
  effect,
  inject,
  untracked,
  viewChild,
} from '@angular/core';
import { FCanvasComponent, FFlowModule, provideFFlow, withA11y, withControlScheme, F_SCROLL_PAN_CONTROL_SCHEME } from '@foblex/flow';
import { mdiContentPaste, mdiPlus } from '@mdi/js';
import { Icon } from '../../design/icon';
import { FlowBuilder } from '../flow-builder';
import { isTrigger } from '../model/step';
import { BranchLabel } from './branch-label';
import { CanvasCommands } from './canvas-commands';
import { CanvasMenu } from './canvas-menu';
import { CanvasState, type MenuRequest } from './canvas-state';
import { Clipboard } from './clipboard';
import { drawnLines, itemViews } from './drawing';
import type { Plus, Rect } from './layout';
import { NoteCard } from './note-card';
import { Pinch } from './pinch';
import { RubberBand } from './rubber-band';
import { commandOf, isHarmless, takesText } from './shortcuts';
import { StepCard } from './step-card';
import { StepDrag } from './step-drag';
import { Texts } from './texts';
import { CanvasToolbar } from './toolbar';
import { LARGEST, SMALLEST, Viewport } from './viewport';

const isPan = (event: MouseEvent | TouchEvent | WheelEvent): boolean =>
  !event.shiftKey && (!('button' in event) || event.button === 0 || event.button === 1);
const never = (): boolean => false;

/** The flow, drawn: steps, the lines between them, notes. Foblex pans, zooms and draws the minimap; where things stand is ours (`layout`). */
@Component({
  selector: 'pw-canvas',
  imports: [BranchLabel, CanvasMenu, CanvasToolbar, FFlowModule, Icon, NoteCard, StepCard],
  providers: [
    CanvasCommands,
    CanvasState,
    Pinch,
    RubberBand,
    StepDrag,
    Texts,
    Viewport,
    provideFFlow(
      withControlScheme({ ...F_SCROLL_PAN_CONTROL_SCHEME, canvasMove: isPan, selection: never }),
      withA11y({ keyboard: false, messages: { node: '' } }), // the cards say themselves what they are
    ),
  ],
  templateUrl: './canvas.html',
  styleUrl: './canvas.scss',
  host: {
    role: 'group',
    '[attr.aria-label]': "texts.t('label')",
    '[class.dragging]': 'drag.isActive()',
    '[class.readonly]': 'builder.isReadonly()',
    '(pointerdown)': 'pressed($event)',
    '(click)': 'clicked($event)',
    '(dblclick)': 'doubleClicked($event)',
    '(contextmenu)': 'contextMenu($event)',
  },
})
export class Canvas {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  protected readonly builder = inject(FlowBuilder);
  protected readonly clipboard = inject(Clipboard);
  protected readonly commands = inject(CanvasCommands);
  protected readonly drag = inject(StepDrag);
  protected readonly state = inject(CanvasState);
  protected readonly texts = inject(Texts);
  private readonly band = inject(RubberBand);
  private readonly pinch = inject(Pinch);
  private readonly viewport = inject(Viewport);
  private readonly foblex: Signal<FCanvasComponent> = viewChild.required(FCanvasComponent);

  private press = { x: 0, y: 0 };
  /** The flow whose first view has been shown. */
  private begun = '';
  private hasPanned = false;
  /** Whether the first view is still as it was given: until somebody moves it, it follows the canvas's width. */
  private isUntouched = true;

  protected readonly icons = { plus: mdiPlus, paste: mdiContentPaste };
  protected readonly never = never;
  protected readonly smallest = SMALLEST;
  protected readonly largest = LARGEST;

  protected readonly items = computed(() => itemViews(this.state.drawn(), this.state.boxes(), this.builder.steps(), this.texts));
  protected readonly lines = computed(() => drawnLines(this.state.drawn()?.edges ?? []));
  protected readonly notes = computed(() => this.builder.shown()?.notes ?? []);
  protected readonly canEdit = computed(() => !this.builder.isReadonly());

  constructor() {
    afterNextRender(() => this.viewport.attach(this.foblex(), this.host));
    afterRenderEffect(() => this.begin());
    effect(() => {
      const box = this.state.boxes().get(this.builder.selectedStep()?.name ?? '');
      if (box && this.begun) untracked(() => this.viewport.reveal(box));
    });
    this.listen();
  }

  protected addAt(plus: Plus, button: EventTarget | null): void {
    void this.commands.addAt(plus.place, button as HTMLElement);
  }

  protected pressed(event: PointerEvent): void {
    this.press = { x: event.clientX, y: event.clientY };
    this.hasPanned = true;
    this.isUntouched = false;
    const target = event.target as Element;
    if (event.button !== 0) return;
    const card = target.closest<HTMLElement>('[data-step]');
    if (card && target.closest('.main')) {
      const step = this.builder.steps().get(card.dataset['step'] ?? '');
      if (this.canEdit() && step && !isTrigger(step)) this.drag.press(event, step.name, card);
    } else if (event.shiftKey && isGround(target)) {
      this.band.press(event, this.host);
    }
  }

  protected clicked(event: MouseEvent): void {
    const target = event.target as Element;
    const card = target.closest<HTMLElement>('[data-step]');
    const branch = target.closest<HTMLElement>('[data-branch]');
    const step = this.builder.steps().get(card?.dataset['step'] ?? '');
    if (card && step && target.closest('.more')) this.state.menu.set(this.menuFor(card, below(target.closest('.more'))));
    else if (card && step && target.closest('.main')) {
      if (event.shiftKey || event.ctrlKey || event.metaKey) this.commands.toggleSelected(step.name);
      else this.commands.select(step, card);
    } else if (branch) this.state.menu.set(this.menuFor(branch, below(branch)));
    else if (isGround(target) && !event.shiftKey && Math.hypot(event.clientX - this.press.x, event.clientY - this.press.y) < 4) {
      this.builder.clearSelection();
    }
  }

  protected doubleClicked(event: MouseEvent): void {
    const card = (event.target as Element).closest('.main')?.closest<HTMLElement>('[data-step]');
    if (card && this.canEdit()) this.commands.rename(card.dataset['step']);
  }

  protected contextMenu(event: MouseEvent): void {
    const target = event.target as Element;
    if (takesText(target) || target.closest('pw-note-card, pw-canvas-toolbar')) return;
    event.preventDefault();
    const over = target.closest<HTMLElement>('[data-step], [data-branch]');
    const name = over?.dataset['step'];
    const step = this.builder.steps().get(name ?? '');
    if (step && isTrigger(step) && !this.canEdit()) return;
    if (name !== undefined && !this.builder.selection().has(name)) this.builder.selection.set(new Set([name]));
    const at = event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : below(over);
    this.state.menu.set(over ? this.menuFor(over, at) : { for: 'canvas', at, origin: null });
  }

  private menuFor(over: HTMLElement, at: { x: number; y: number }): MenuRequest {
    const { step, branch } = over.dataset;
    if (step !== undefined) return { for: 'step', name: step, at, origin: over.querySelector<HTMLElement>('.main') };
    const [name, index] = (branch ?? '').split(':');
    return { for: 'branch', name: name ?? '', branchIndex: Number(index), at, origin: over };
  }

  private listen(): void {
    const controller = new AbortController();
    const { signal } = controller;
    document.addEventListener('keydown', (event) => this.keyDown(event), { signal });
    document.addEventListener('keyup', (event) => this.keyUp(event), { signal });
    document.addEventListener('paste', (event) => this.pasted(event), { signal });
    addEventListener('blur', () => this.state.isPanning.set(false), { signal });
    this.pinch.listen(this.host, signal);
    this.host.addEventListener('scroll', (event) => this.scrolled(event.target as Element), { signal, capture: true });
    this.host.addEventListener('focusin', (event) => this.focused(event.target as Element), { signal });
    this.host.addEventListener('wheel', () => (this.isUntouched = false), { signal, capture: true, passive: true });
    const resized = new ResizeObserver(() => this.resized());
    resized.observe(this.host);
    inject(DestroyRef).onDestroy(() => {
      controller.abort();
      resized.disconnect();
    });
  }

  /** Shows a flow for the first time, as soon as both it and the canvas are there. */
  private begin(): void {
    const flow = this.builder.flowId();
    const bounds = this.state.drawn()?.bounds;
    if (!bounds || this.begun === flow || this.viewport.frame().width === 0) return;
    this.begun = flow;
    this.isUntouched = true;
    this.showFirst(bounds);
  }

  private showFirst(bounds: Rect): void {
    this.viewport.begin(bounds);
    this.state.hasRoomForMinimap.set(this.viewport.needsOverview(bounds));
  }

  private resized(): void {
    const bounds = this.state.drawn()?.bounds;
    // A panel that opened beside the canvas took a part of it: the flow stands in the middle of what is left.
    if (this.begun && bounds && this.isUntouched && this.viewport.frame().width > 0) this.showFirst(bounds);
    const box = this.state.boxes().get(this.builder.selectedStep()?.name ?? '');
    if (box && this.begun) this.viewport.reveal(box);
  }

  /** Browsers scroll to what gets the focus. Here that is panning. */
  private scrolled(element: Element): void {
    const { scrollLeft, scrollTop } = element;
    if (element.tagName !== 'F-FLOW' || (scrollLeft === 0 && scrollTop === 0)) return;
    element.scrollTo(0, 0);
    this.viewport.moveBy(-scrollLeft, -scrollTop);
  }

  private focused(element: Element): void {
    if (!element.closest('f-canvas') || !element.matches(':focus-visible')) return;
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const [start, end] = [this.viewport.toCanvas({ x: left, y: top }), this.viewport.toCanvas({ x: right, y: bottom })];
    this.viewport.reveal({ ...start, width: end.x - start.x, height: end.y - start.y });
  }

  private keyDown(event: KeyboardEvent): void {
    if (event.defaultPrevented || takesText(event.target) || !this.isInFront()) return;
    const isHere = this.isHere(event.target);
    if (event.key === ' ' && isHere && !isPlainButton(event.target)) {
      event.preventDefault();
      if (!event.repeat) this.hasPanned = false;
      this.state.isPanning.set(true);
      return;
    }
    const command = commandOf(event);
    const isEverywhere = command === 'undo' || command === 'redo';
    if (command) this.isUntouched = false;
    if (!command || (!isHere && !isEverywhere) || (!this.canEdit() && !isHarmless(command))) return;
    if (command === 'open' && (event.target as Element).closest('button, a')) return; // the button's own click
    if (command === 'copy' && getSelection()?.isCollapsed === false) return; // a text is copied
    event.preventDefault();
    this.commands.run(command);
    if (['up', 'down', 'left', 'right'].includes(command)) this.focusSelected();
  }

  /** The space bar pans while it is held; pressed alone on a card it selects, as on any button. */
  private keyUp(event: KeyboardEvent): void {
    if (event.key !== ' ' || !this.state.isPanning()) return;
    this.state.isPanning.set(false);
    const name = (event.target as Element).closest<HTMLElement>('[data-step]')?.dataset['step'];
    if (name !== undefined && !this.hasPanned) this.builder.select(name);
  }

  private pasted(event: ClipboardEvent): void {
    if (takesText(event.target) || !this.isHere(event.target) || !this.isInFront() || !this.canEdit()) return;
    event.preventDefault();
    this.commands.pasteText(event.clipboardData?.getData('text/plain') ?? '');
  }

  private focusSelected(): void {
    const [name] = this.builder.selection();
    if (name === undefined) return;
    this.host.querySelector<HTMLElement>(`[data-step="${CSS.escape(name)}"] .main`)?.focus({ preventScroll: true });
  }

  /** Whether what has the focus is the canvas, or nothing. */
  private isHere(target: EventTarget | null): boolean {
    return target === document.body || (target instanceof Node && this.host.contains(target));
  }

  /** Whether no dialog or menu is open above the canvas. */
  private isInFront(): boolean {
    return document.querySelector('.cdk-overlay-backdrop, mat-dialog-container, .mat-mdc-menu-panel') === null;
  }
}

/** Whether there is nothing at this place of the canvas. */
function isGround(target: Element): boolean {
  return !target.closest('.f-drag-blocker, pw-canvas-toolbar, pw-canvas-menu, f-minimap');
}

function isPlainButton(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a, [role="button"]') !== null && !target.closest('[data-step] .main');
}

function below(element: Element | null): { x: number; y: number } {
  const { left, bottom } = element?.getBoundingClientRect() ?? { left: 0, bottom: 0 };
  return { x: left, y: bottom + 2 };
}
