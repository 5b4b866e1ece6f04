/** What the parts of the canvas share beside the flow itself: the layout, and what the user is doing. */
import { Injectable, computed, inject, signal } from '@angular/core';
import { FlowBuilder } from '../flow-builder';
import { type Box, type Layout, layout } from './layout';

/** What a menu is opened for, and where. */
export type MenuRequest = { at: { x: number; y: number }; origin: HTMLElement | null } & (
  { for: 'step'; name: string } | { for: 'branch'; name: string; branchIndex: number } | { for: 'canvas' }
);

@Injectable()
export class CanvasState {
  private readonly builder = inject(FlowBuilder);
  private known = new Map<string, Box>();

  readonly drawn = computed<Layout | null>(() => {
    const shown = this.builder.shown();
    return shown ? this.stable(layout(shown.trigger)) : null;
  });
  readonly boxes = computed<ReadonlyMap<string, Box>>(() => new Map(this.drawn()?.boxes.map((box) => [box.name, box])));

  /** What is renamed in place: `step` with its name, or `branch` with its router's name and its index. */
  readonly renaming = signal<{ name: string; branchIndex?: number } | null>(null);
  readonly menu = signal<MenuRequest | null>(null);
  /** The note whose text is edited. */
  readonly editedNote = signal('');
  /** Whether the flow is larger than the canvas and the canvas wide enough for a map in it. */
  readonly hasRoomForMinimap = signal(false);
  /** What the user chose for this window; until then the map shows where it helps, unless it was hidden in an earlier visit. */
  private readonly chosenMinimap = signal<boolean | null>(null);
  readonly isMinimapShown = computed(() => this.chosenMinimap() ?? (this.hasRoomForMinimap() && localStorage.getItem(MINIMAP) !== 'false'));
  /** Whether dragging pans wherever it begins: while the space bar is held. */
  readonly isPanning = signal(false);

  toggleMinimap(): void {
    this.chosenMinimap.set(!this.isMinimapShown());
    localStorage.setItem(MINIMAP, String(this.isMinimapShown()));
  }

  /** The layout with the boxes of before where nothing about them has changed, so that only what changed is drawn again. */
  private stable(next: Layout): Layout {
    const known = new Map<string, Box>();
    const keep = (box: Box): Box => {
      const old = this.known.get(box.name);
      const kept = old && isSame(old, box) ? old : box;
      known.set(box.name, kept);
      return kept;
    };
    const boxes = next.boxes.map(keep);
    this.known = known;
    return { ...next, boxes };
  }
}

const MINIMAP = 'piecework.canvas.minimap';

function isSame(a: Box, b: Box): boolean {
  return a.step === b.step && a.x === b.x && a.y === b.y && a.number === b.number && a.skipped === b.skipped && a.depth === b.depth;
}
