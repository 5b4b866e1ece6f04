import { Component, computed, inject, input } from '@angular/core';
import { mdiAlertCircleOutline, mdiDotsVertical, mdiSkipNextCircleOutline } from '@mdi/js';
import { Icon } from '../../design/icon';
import { Language } from '../../design/language';
import { PieceIcon } from '../../design/piece-icon';
import { lookOf } from '../../design/status-chip';
import { duration } from '../../design/when';
import { FlowBuilder } from '../flow-builder';
import { FlowConnections } from '../flow-connections';
import { parallelismOf } from '../model/step';
import { CanvasCommands } from './canvas-commands';
import { CanvasState } from './canvas-state';
import type { Box } from './layout';
import { Rename } from './rename';
import { Texts } from './texts';

/** A step on the canvas. It is drawn cheaply: a flow may have hundreds. Presses are handled by the canvas, for all cards at once. */
@Component({
  selector: 'pw-step-card',
  imports: [Icon, PieceIcon, Rename],
  templateUrl: './step-card.html',
  styleUrl: './step-card.scss',
  host: {
    class: 'f-drag-blocker',
    '[attr.data-step]': 'box().name',
    '[class.selected]': 'selected()',
    '[class.highlighted]': 'isHighlighted()',
    '[class.skipped]': 'box().skipped',
    '[class.empty]': 'isEmpty()',
    '[class]': 'tone()',
  },
})
export class StepCard {
  private readonly builder = inject(FlowBuilder);
  private readonly connections = inject(FlowConnections);
  private readonly language = inject(Language);
  private readonly state = inject(CanvasState);
  protected readonly commands = inject(CanvasCommands);
  protected readonly texts = inject(Texts);

  readonly box = input.required<Box>();

  protected readonly more = mdiDotsVertical;
  protected readonly unready = mdiAlertCircleOutline;
  protected readonly skippedIcon = mdiSkipNextCircleOutline;

  protected readonly step = computed(() => this.box().step);
  protected readonly isEmpty = computed(() => this.step().type === 'EMPTY');
  protected readonly selected = computed(() => this.builder.selection().has(this.box().name));
  /** A comparison of versions points at this step. */
  protected readonly isHighlighted = computed(() => this.builder.highlighted().has(this.box().name));
  protected readonly isRenamed = computed(() => {
    const renaming = this.state.renaming();
    return renaming?.name === this.box().name && renaming.branchIndex === undefined;
  });
  protected readonly iconKind = computed(() => {
    const { type } = this.step();
    return type === 'PIECE_TRIGGER' ? 'PIECE' : type;
  });

  /** Why the step cannot run as it is, as the name of a message; empty if nothing is known. */
  protected readonly trouble = computed(() => {
    if (this.isEmpty() || this.box().skipped || this.builder.run()) return '';
    if (!this.step().valid) return 'step.unready';
    return this.connections.isBrokenAt(this.step()) ? 'step.brokenConnection' : '';
  });

  /** "×5" on a loop, "∥" on a router whose branches run at the same time; nothing on others. */
  protected readonly parallel = computed(() => {
    const step = this.step();
    const count = parallelismOf(step);
    if (count < 2) return undefined;
    const isLoop = step.type === 'LOOP_ON_ITEMS';
    return { mark: isLoop ? `×${count}` : '∥', word: this.texts.t(isLoop ? 'step.parallelLoop' : 'step.parallelRouter', { count }) };
  });

  private readonly result = computed(() => (this.builder.run() ? this.builder.results().get(this.box().name) : undefined));
  protected readonly tone = computed(() => {
    const result = this.result();
    if (result) return `ran ${lookOf(result.status).tone}`;
    return this.builder.run() ? 'unreached' : '';
  });
  protected readonly status = computed(() => {
    const result = this.result();
    if (!result) return undefined;
    const took = typeof result.duration === 'number' ? duration(result.duration, this.language.current()) : '';
    return { icon: lookOf(result.status).icon, word: this.texts.word(`status.${result.status}`), took };
  });

  protected readonly name = computed(() => this.texts.nameOf(this.step()));
  protected readonly detail = computed(() =>
    this.isEmpty() ? this.texts.t('step.chooseTriggerHint') : `${this.texts.kindOf(this.step())} · ${this.box().name}`,
  );
  /** "Step 3: HTTP request, HTTP · step_2, not set up": everything that the card shows, for those who say what they see. */
  protected readonly label = computed(() => {
    const name = this.texts.t('step.label', { number: this.box().number, name: this.name() });
    const marks = [
      this.detail(),
      this.trouble() && this.texts.t(this.trouble()),
      this.parallel()?.word ?? '',
      this.box().skipped ? this.texts.t('step.skipped') : '',
      this.status()?.word ?? '',
      this.status()?.took ?? '',
    ];
    return [name, ...marks.filter(Boolean)].join(', ');
  });
}
