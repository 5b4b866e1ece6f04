import { Dialog } from '@angular/cdk/dialog';
import { Overlay, type PositionStrategy } from '@angular/cdk/overlay';
import { Injectable, inject } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import { Notify } from '../../design/notify';
import { Pieces } from '../../design/pieces';
import type { BareAction, BareTrigger } from '../model/operations';
import type { Entry } from './catalogue';
import { coreStep, pieceStep } from './new-step';
import type { PickerRequest } from './picker-dialog';
import { remember } from './recent';

export interface PickRequest {
  kind: 'trigger' | 'action';
  /** Where the list opens; the middle of the window without. */
  origin?: HTMLElement;
  /** The piece whose steps come first among those that fit alike: only the trigger's own can answer its caller. */
  favoured?: string;
}

/** A step that was picked, with default settings and the name of its piece's action as display name. It has no `name` yet: whoever adds it gives one. */
export type PickedStep = Omit<BareAction, 'name'> | Omit<BareTrigger, 'name'>;

/** Lets the user choose a piece's trigger or action, a code step, a loop or a router. */
@Injectable({ providedIn: 'root' })
export class PiecePicker {
  private readonly dialog = inject(Dialog);
  private readonly overlay = inject(Overlay);
  private readonly pieces = inject(Pieces);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  /** The choice; undefined if there was none. */
  async pick(request: PickRequest): Promise<PickedStep | undefined> {
    const { PickerDialog } = await import('./picker-dialog');
    const opened = this.dialog.open<Entry>(PickerDialog, {
      data: { kind: request.kind, favoured: request.favoured ?? '' } satisfies PickerRequest,
      width: 'min(720px, calc(100vw - 32px))',
      height: 'min(520px, calc(100dvh - 32px))',
      positionStrategy: this.position(request.origin),
      backdropClass: 'cdk-overlay-transparent-backdrop',
      autoFocus: 'input',
      ariaLabel: this.transloco.translate(`picker.${request.kind}Title`),
    });
    const entry = await firstValueFrom(opened.closed);
    if (!entry) return undefined;
    const step = await this.stepOf(entry, request.kind);
    if (step) remember(request.kind, entry.id);
    return step;
  }

  private async stepOf(entry: Entry, kind: PickRequest['kind']): Promise<PickedStep | undefined> {
    const word = (key: string) => this.transloco.translate(key);
    const core = coreStep(entry, {
      code: word('picker.codeName'),
      loop: word('picker.loop'),
      router: word('picker.router'),
      branch: word('stepSettings.branch'),
      fallback: word('picker.fallbackBranch'),
    });
    if (core) return core;
    try {
      return pieceStep(await this.pieces.metadata(entry.piece), kind, entry.operation);
    } catch (error) {
      this.notify.problem(error);
      return undefined;
    }
  }

  private position(origin: HTMLElement | undefined): PositionStrategy {
    const { width, height } = origin?.getBoundingClientRect() ?? { width: 0, height: 0 };
    // What is not on the screen has no size.
    if (!origin || (width === 0 && height === 0)) return this.overlay.position().global().centerHorizontally().centerVertically();
    return this.overlay
      .position()
      .flexibleConnectedTo(origin)
      .withFlexibleDimensions(false)
      .withPush(true)
      .withViewportMargin(16)
      .withPositions([
        { originX: 'end', originY: 'center', overlayX: 'start', overlayY: 'center', offsetX: 12 },
        { originX: 'start', originY: 'center', overlayX: 'end', overlayY: 'center', offsetX: -12 },
        { originX: 'center', originY: 'bottom', overlayX: 'center', overlayY: 'top', offsetY: 8 },
      ]);
  }
}
