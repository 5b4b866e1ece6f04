/** Dragging steps to another place. While it lasts, nothing is checked for changes but when another place becomes the target. */
import { Injectable, computed, inject, signal } from '@angular/core';
import { FlowBuilder } from '../flow-builder';
import { namesInside } from '../model/tree';
import { CanvasCommands } from './canvas-commands';
import { CanvasState } from './canvas-state';
import { forbiddenPlaces, selectedActions } from './edits';
import type { Plus, Point } from './layout';
import { Viewport } from './viewport';

/** How far the pointer moves before a press becomes a drag. */
const TWITCH = 4;
/** How far a place attracts, in the coordinates of the canvas, or on the screen if that is farther. */
const REACH = 130;
const REACH_ON_SCREEN = 90;
/** Near an edge of the view, the canvas moves. */
const EDGE = 48;
const PAN_SPEED = 14;
/** Where the picture of what is dragged hangs, seen from the pointer. */
const GHOST: Point = { x: 18, y: 16 };

@Injectable()
export class StepDrag {
  private readonly builder = inject(FlowBuilder);
  private readonly commands = inject(CanvasCommands);
  private readonly state = inject(CanvasState);
  private readonly viewport = inject(Viewport);

  private readonly block = signal<ReadonlySet<string>>(new Set());
  private ghost: HTMLElement | undefined;
  private pointer: Point = { x: 0, y: 0 };
  private frame = 0;

  readonly isActive = computed(() => this.block().size > 0);
  /** The names of all steps that are moved, with what hangs inside them. */
  readonly moved = computed<ReadonlySet<string>>(() => {
    const shown = this.builder.shown();
    if (!shown || !this.isActive()) return new Set();
    return new Set(selectedActions(shown.trigger, this.block()).flatMap(namesInside));
  });
  readonly forbidden = computed<ReadonlySet<string>>(() => {
    const shown = this.builder.shown();
    return shown && this.isActive() ? forbiddenPlaces(shown.trigger, this.block()) : new Set();
  });
  /** The key of the place where the steps would land. */
  readonly target = signal('');

  /** Ends a drag, or a press that may become one, and leaves everything where it is. */
  cancel: () => void = () => undefined;

  /** A press on a card, which may become a drag. */
  press(event: PointerEvent, name: string, card: HTMLElement): void {
    const from = { x: event.clientX, y: event.clientY };
    const controller = new AbortController();
    const { signal: until } = controller;
    const end = (isDrop: boolean) => {
      this.cancel = () => undefined;
      controller.abort();
      if (this.isActive()) this.finish(isDrop);
    };
    const move = (moved: PointerEvent) => {
      if (moved.buttons === 0) return end(false);
      this.pointer = { x: moved.clientX, y: moved.clientY };
      if (!this.isActive() && Math.hypot(this.pointer.x - from.x, this.pointer.y - from.y) >= TWITCH) this.start(name, card);
      if (this.isActive()) this.follow();
    };
    this.cancel = () => end(false);
    addEventListener('pointermove', move, { signal: until });
    addEventListener('pointerup', () => end(true), { signal: until });
    addEventListener('pointercancel', () => end(false), { signal: until });
    addEventListener('blur', () => end(false), { signal: until });
    addEventListener(
      'keydown',
      (key) => {
        if (key.key !== 'Escape' || !this.isActive()) return;
        key.preventDefault();
        key.stopPropagation();
        end(false);
      },
      { signal: until, capture: true },
    );
  }

  private start(name: string, card: HTMLElement): void {
    const selection = this.builder.selection();
    const names = selection.has(name) ? selection : new Set([name]);
    const shown = this.builder.shown();
    const count = shown ? selectedActions(shown.trigger, names).length : 0;
    if (count === 0) return;
    this.block.set(names);
    this.ghost = ghostOf(card, this.viewport.scale(), count);
    this.frame = requestAnimationFrame(() => this.pan());
  }

  private follow(): void {
    if (this.ghost) this.ghost.style.transform = `translate(${this.pointer.x}px, ${this.pointer.y}px)`;
    this.target.set(this.nearest()?.key ?? '');
  }

  private nearest(): Plus | undefined {
    const at = this.viewport.toCanvas(this.pointer);
    let best = Math.max(REACH, REACH_ON_SCREEN / this.viewport.scale());
    let nearest: Plus | undefined;
    for (const plus of this.state.drawn()?.pluses ?? []) {
      const distance = Math.hypot(plus.x - at.x, plus.y - at.y);
      if (distance >= best || this.forbidden().has(plus.key)) continue;
      best = distance;
      nearest = plus;
    }
    return nearest;
  }

  private pan(): void {
    const { left, top, right, bottom } = this.viewport.frame();
    const { x, y } = this.pointer;
    const across = x < left + EDGE ? PAN_SPEED : x > right - EDGE ? -PAN_SPEED : 0;
    const down = y < top + EDGE ? PAN_SPEED : y > bottom - EDGE ? -PAN_SPEED : 0;
    if (across || down) {
      this.viewport.moveBy(across, down);
      this.follow();
    }
    this.frame = requestAnimationFrame(() => this.pan());
  }

  private finish(isDrop: boolean): void {
    cancelAnimationFrame(this.frame);
    this.ghost?.remove();
    const names = this.block();
    const target = this.state.drawn()?.pluses.find((plus) => plus.key === this.target());
    this.block.set(new Set());
    this.target.set('');
    if (isDrop && target) this.commands.move(names, target.place);
    // The click that the browser makes of this press is none of the user's.
    const swallow = (click: Event) => click.stopPropagation();
    addEventListener('click', swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener('click', swallow, { capture: true }));
  }
}

/** A picture of a card that follows the pointer; a little below it, so that one sees where the steps will land. */
function ghostOf(card: HTMLElement, scale: number, count: number): HTMLElement {
  const copy = card.cloneNode(true) as HTMLElement;
  copy.removeAttribute('data-step');
  copy.removeAttribute('data-f-node-id');
  copy.style.transform = `translate(${GHOST.x}px, ${GHOST.y}px) scale(${Math.max(0.5, scale * 0.85)}) rotate(1.5deg)`;
  copy.style.transformOrigin = '0 0';
  copy.classList.add('ghost');
  const ghost = document.createElement('div');
  ghost.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 1000; pointer-events: none; opacity: 0.94';
  ghost.setAttribute('aria-hidden', 'true');
  ghost.inert = true;
  ghost.append(copy);
  if (count > 1) ghost.append(badge(count, GHOST.x, GHOST.y));
  document.body.append(ghost);
  return ghost;
}

function badge(count: number, x: number, y: number): HTMLElement {
  const element = document.createElement('b');
  element.textContent = String(count);
  element.style.cssText = `position: absolute; left: ${x - 10}px; top: ${y - 10}px; min-width: 24px; padding: 2px 7px; border-radius: 12px;
    background: var(--pw-accent); color: var(--pw-on-accent); font-size: 12px; text-align: center`;
  return element;
}
