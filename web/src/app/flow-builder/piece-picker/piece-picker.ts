import { Injectable } from '@angular/core';
import type { BareAction, BareTrigger } from '../model/operations';

export interface PickRequest {
  kind: 'trigger' | 'action';
  /** Where the list opens; the middle of the window without. */
  origin?: HTMLElement;
}

/** A step that was picked, with default settings and the name of its piece's action as display name. It has no `name` yet: whoever adds it gives one. */
export type PickedStep = Omit<BareAction, 'name'> | Omit<BareTrigger, 'name'>;

/** Lets the user choose a piece's trigger or action, a code step, a loop or a router. */
@Injectable({ providedIn: 'root' })
export class PiecePicker {
  /** The choice; undefined if there was none. */
  async pick(_request: PickRequest): Promise<PickedStep | undefined> {
    return undefined;
  }
}
