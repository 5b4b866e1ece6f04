/** Selecting several steps by drawing a rectangle round them. */
import { Injectable, inject } from '@angular/core';
import { FlowBuilder } from '../flow-builder';
import { CanvasState } from './canvas-state';
import { Viewport } from './viewport';

@Injectable()
export class RubberBand {
  private readonly builder = inject(FlowBuilder);
  private readonly state = inject(CanvasState);
  private readonly viewport = inject(Viewport);

  press(event: PointerEvent, host: HTMLElement): void {
    event.preventDefault();
    const from = { x: event.clientX, y: event.clientY };
    const before = this.builder.selection();
    const frame = host.getBoundingClientRect();
    const band = document.createElement('div');
    band.style.cssText = `position: absolute; z-index: 3; border: 1px solid var(--pw-accent); border-radius: 4px; pointer-events: none;
      background: color-mix(in srgb, var(--pw-accent) 10%, transparent)`;
    host.append(band);
    const controller = new AbortController();
    const { signal } = controller;
    const end = () => {
      controller.abort();
      band.remove();
    };
    const move = (at: PointerEvent) => {
      const [left, right] = [Math.min(from.x, at.clientX), Math.max(from.x, at.clientX)];
      const [top, bottom] = [Math.min(from.y, at.clientY), Math.max(from.y, at.clientY)];
      const size = { width: `${right - left}px`, height: `${bottom - top}px` };
      Object.assign(band.style, { left: `${left - frame.left}px`, top: `${top - frame.top}px`, ...size });
      this.select(before, { x: left, y: top }, { x: right, y: bottom });
    };
    addEventListener('pointermove', move, { signal });
    addEventListener('pointerup', end, { signal });
    addEventListener('pointercancel', end, { signal });
  }

  private select(before: ReadonlySet<string>, from: { x: number; y: number }, to: { x: number; y: number }): void {
    const [start, end] = [this.viewport.toCanvas(from), this.viewport.toCanvas(to)];
    const selection = new Set(before);
    for (const box of this.state.boxes().values()) {
      if (box.x < end.x && start.x < box.x + box.width && box.y < end.y && start.y < box.y + box.height) selection.add(box.name);
    }
    const old = this.builder.selection();
    if (selection.size !== old.size || [...selection].some((name) => !old.has(name))) this.builder.selection.set(selection);
  }
}
