/**
 * Two fingers on the canvas move it and make it larger and smaller, wherever they are: Foblex leaves alone those that touch a card, and on a
 * small screen there is nothing but cards.
 */
import { Injectable, inject } from '@angular/core';
import type { Point } from './layout';
import { StepDrag } from './step-drag';
import { LARGEST, SMALLEST, type View, Viewport } from './viewport';

type Fingers = readonly [Point, Point];

@Injectable()
export class Pinch {
  private readonly drag = inject(StepDrag);
  private readonly viewport = inject(Viewport);
  private begin: { view: View; fingers: Fingers } | undefined;

  /** Listens on the canvas until the signal is aborted. Before the others: what two fingers do is nobody else's. */
  listen(host: HTMLElement, signal: AbortSignal): void {
    const options = { signal, capture: true, passive: false };
    host.addEventListener('touchstart', (event) => this.touched(event), options);
    host.addEventListener('touchmove', (event) => this.moved(event), options);
    for (const type of ['touchend', 'touchcancel'] as const) host.addEventListener(type, () => (this.begin = undefined), options);
  }

  private touched(event: TouchEvent): void {
    const fingers = this.fingersOf(event);
    this.begin = fingers && { view: this.viewport.view(), fingers };
    if (!fingers) return;
    this.drag.cancel();
    event.stopPropagation();
  }

  private moved(event: TouchEvent): void {
    const fingers = this.fingersOf(event);
    if (!this.begin || !fingers) return;
    event.preventDefault();
    event.stopPropagation();
    this.drag.cancel(); // a finger that came down on a card
    this.viewport.look(pinched(this.begin.view, this.begin.fingers, fingers));
  }

  /** Where the fingers are, seen from the canvas's corner; undefined unless they are two. */
  private fingersOf({ touches }: TouchEvent): Fingers | undefined {
    const [one, two, ...others] = touches;
    if (!one || !two || others.length > 0) return undefined;
    const { left, top } = this.viewport.frame();
    const at = ({ clientX, clientY }: Touch): Point => ({ x: clientX - left, y: clientY - top });
    return [at(one), at(two)];
  }
}

/** What one sees after the fingers have moved: the middle between them keeps lying on the same place of the canvas. */
export function pinched(view: View, from: Fingers, to: Fingers): View {
  const distance = ([one, two]: Fingers) => Math.max(Math.hypot(two.x - one.x, two.y - one.y), 1);
  const middle = ([one, two]: Fingers): Point => ({ x: (one.x + two.x) / 2, y: (one.y + two.y) / 2 });
  const scale = Math.min(LARGEST, Math.max(SMALLEST, (view.scale * distance(to)) / distance(from)));
  const [before, after] = [middle(from), middle(to)];
  const kept = (start: number, end: number, at: number) => end - ((start - at) / view.scale) * scale;
  return { scale, x: kept(before.x, after.x, view.x), y: kept(before.y, after.y, view.y) };
}
