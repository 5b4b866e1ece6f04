/** What part of the canvas one sees: a thin layer over Foblex's canvas, which moves by CSS transforms only. */
import { Injectable, signal } from '@angular/core';
import type { FCanvasComponent } from '@foblex/flow';
import type { Point, Rect } from './layout';

export const SMALLEST = 0.1;
export const LARGEST = 2;
const MARGIN = 48;
/** A canvas narrower than this has no room for an overview. */
const WIDE = 900;
const REST_MILLISECONDS = 250;
/** Below this scale small print is not drawn: nobody could read it. */
const FAR = 0.3;

/** A part of the canvas: where its origin is, in the window's pixels from the canvas's corner, and how large things are. */
export interface View extends Point {
  scale: number;
}

@Injectable()
export class Viewport {
  private canvas: FCanvasComponent | undefined;
  private host: HTMLElement | undefined;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  /** How large things are; 1 is their own size. It changes when one zooms, not when one pans. */
  readonly scale = signal(1);

  attach(canvas: FCanvasComponent, host: HTMLElement): void {
    this.canvas = canvas;
    this.host = host;
    canvas.fCanvasChange.subscribe(({ scale }) => {
      this.scale.set(scale);
      host.classList.toggle('far', scale < FAR);
      this.moves();
    });
  }

  /** A point of the window in the coordinates of the canvas. */
  toCanvas(client: Point): Point {
    const { x, y, scale } = this.now();
    const { left, top } = this.frame();
    return { x: (client.x - left - x) / scale, y: (client.y - top - y) / scale };
  }

  /** The middle of what one sees, in the coordinates of the canvas. */
  middle(): Point {
    const { left, top, width, height } = this.frame();
    return this.toCanvas({ x: left + width / 2, y: top + height / 2 });
  }

  /** Zooms round the middle of the view. */
  zoomTo(wanted: number): void {
    const { x, y, scale } = this.now();
    const { width, height } = this.frame();
    const next = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    const keep = (at: number, size: number) => size / 2 - ((size / 2 - at) / scale) * next;
    this.show({ x: keep(x, width), y: keep(y, height) }, next);
  }

  zoomBy(factor: number): void {
    this.zoomTo(Math.round(this.now().scale * factor * 100) / 100);
  }

  /** Shows all of it, no larger than it is. */
  fit(bounds: Rect, animated = true): void {
    const { width, height } = this.frame();
    const room = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height, 1);
    const scale = Math.max(SMALLEST, room);
    const x = (width - bounds.width * scale) / 2 - bounds.x * scale;
    const y = Math.max(MARGIN, (height - bounds.height * scale) / 2) - bounds.y * scale;
    this.show({ x, y }, scale, animated);
  }

  /** The first view of a flow: all of it if that stays readable, else its beginning. */
  begin(bounds: Rect): void {
    const { width, height } = this.frame();
    const room = Math.min((width - 2 * MARGIN) / bounds.width, (height - 2 * MARGIN) / bounds.height);
    if (room >= 0.7) this.fit({ ...bounds, height: Math.max(bounds.height, (height - 2 * MARGIN) / Math.min(room, 1)) }, false);
    else this.show({ x: width / 2, y: MARGIN }, 1, false);
  }

  /** Whether an overview helps: not all of the flow is seen, and the canvas is wide enough for a map not to cover the steps. */
  needsOverview(bounds: Rect): boolean {
    const { width, height } = this.frame();
    const { scale } = this.now();
    const fits = bounds.width * scale <= width && bounds.height * scale <= height - MARGIN;
    return width >= WIDE && !fits;
  }

  /** Moves just as far as needed for a rectangle to be seen. */
  reveal(rect: Rect): void {
    const { x, y, scale } = this.now();
    const { width, height } = this.frame();
    if (width === 0) return;
    const across = outside(rect.x * scale + x, rect.width * scale, width);
    const down = outside(rect.y * scale + y, rect.height * scale, height);
    if (across || down) this.show({ x: x - across, y: y - down }, scale);
  }

  moveBy(across: number, down: number): void {
    const { x, y, scale } = this.now();
    this.show({ x: x + across, y: y + down }, scale, false);
  }

  /** The rectangle of the window in which the canvas is seen. */
  frame(): DOMRect {
    return this.host?.getBoundingClientRect() ?? new DOMRect();
  }

  /** What one sees at the moment. */
  view(): View {
    return this.now();
  }

  /** Shows a part of the canvas at once, as fingers move. */
  look({ x, y, scale }: View): void {
    this.show({ x, y }, scale, false);
  }

  private now(): View {
    const { position, scaledPosition, scale } = this.canvas?.transform ?? { position: ORIGIN, scaledPosition: ORIGIN, scale: 1 };
    return { x: position.x + scaledPosition.x, y: position.y + scaledPosition.y, scale };
  }

  private show(position: Point, scale: number, animated = true): void {
    if (!this.canvas) return;
    const whole = { x: Math.round(position.x), y: Math.round(position.y) };
    Object.assign(this.canvas.transform, { position: whole, scaledPosition: { ...ORIGIN }, scale });
    if (animated) this.canvas.redrawWithAnimation();
    else this.canvas.redraw();
    this.canvas.emitCanvasChangeEvent();
  }

  /** While the canvas moves, it is a layer of its own, which is drawn once; when it rests, it is drawn sharp again. */
  private moves(): void {
    if (!this.restTimer) this.host?.classList.add('moving');
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => {
      this.restTimer = undefined;
      this.host?.classList.remove('moving');
    }, REST_MILLISECONDS);
  }
}

const ORIGIN: Point = { x: 0, y: 0 };

/** How far a stretch from `start` sticks out of the view of a size; negative at its beginning. */
function outside(start: number, length: number, size: number): number {
  if (length > size - 2 * MARGIN || start < MARGIN) return start < MARGIN || start > size - MARGIN ? start - MARGIN : 0;
  return Math.max(0, start + length + MARGIN - size);
}
