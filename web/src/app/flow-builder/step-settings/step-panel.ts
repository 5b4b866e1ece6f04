import { Component, DestroyRef, ElementRef, computed, effect, inject, linkedSignal, untracked } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiClose, mdiContentCopy, mdiLightningBoltOutline, mdiSwapHorizontal } from '@mdi/js';
import { Confirm } from '../../design/confirm';
import { EmptyState } from '../../design/empty-state';
import { Icon } from '../../design/icon';
import { Notify } from '../../design/notify';
import { PieceIcon } from '../../design/piece-icon';
import { FlowBuilder } from '../flow-builder';
import { type Action, type Step, isTrigger } from '../model/step';
import { innerSlotsOf } from '../model/tree';
import { PiecePicker, type PickedStep } from '../piece-picker/piece-picker';
import { StepTest } from '../step-test/step-test';
import { TriggerHealthView } from '../trigger-health/trigger-health-view';
import { CodeSettings } from './code/code-settings';
import { ErrorHandling } from './error-handling';
import { ComputedOptions } from './fields/computed-options';
import { MarkdownVariables } from './fields/markdown-variables';
import { LoopSettings } from './loop-settings';
import { PieceSettings } from './piece-settings';
import { RouterSettings } from './router/router-settings';
import { focusWhenThere } from './focus-field';
import { StepForm } from './step-form';

type Tab = 'settings' | 'test';
const TABS: readonly Tab[] = ['settings', 'test'];

/** The selected step: its name, its settings, its test. */
@Component({
  selector: 'pw-step-panel',
  imports: [
    CodeSettings,
    EmptyState,
    ErrorHandling,
    Icon,
    LoopSettings,
    MatButtonModule,
    PieceIcon,
    PieceSettings,
    RouterSettings,
    StepTest,
    TranslocoDirective,
    TriggerHealthView,
  ],
  providers: [StepForm, ComputedOptions, MarkdownVariables],
  templateUrl: './step-panel.html',
  styleUrl: './step-panel.scss',
  host: { '(focusout)': 'form.flush()', '(window:pagehide)': 'form.flush()' },
})
export class StepPanel {
  protected readonly form = inject(StepForm);
  private readonly builder = inject(FlowBuilder);
  private readonly picker = inject(PiecePicker);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly transloco = inject(TranslocoService);

  protected readonly icons = {
    close: mdiClose,
    copy: mdiContentCopy,
    change: mdiSwapHorizontal,
    trigger: mdiLightningBoltOutline,
    problem: mdiAlertCircleOutline,
  };
  protected readonly tabs = TABS;
  /** Another step opens on its settings. */
  protected readonly tab = linkedSignal<string | undefined, Tab>({
    source: () => this.form.step()?.name,
    computation: (name, previous) => (previous?.source === name ? (previous?.value ?? 'settings') : 'settings'),
  });
  protected readonly kind = computed(() => {
    const type = this.form.step()?.type;
    return type === 'PIECE_TRIGGER' || type === undefined ? 'PIECE' : type;
  });
  /** `HTTP · Send HTTP request`; what kind of step it is for steps without a piece. */
  protected readonly origin = computed(() => {
    const found = this.form.stepPiece();
    if (!found) return this.kind() === 'PIECE' ? '' : this.transloco.translate(`stepSettings.kind.${this.kind()}`);
    return found.operation ? `${found.piece.displayName} · ${found.operation.displayName}` : found.piece.displayName;
  });
  /** Whether something listens: also with edits in the draft, and while the flow is off. Not beside versions of the past. */
  protected readonly isPublishedTrigger = computed(() => {
    const step = this.form.step();
    return !!step && isTrigger(step) && !this.builder.isReadonly() && !!this.builder.flow()?.publishedVersionId;
  });
  protected readonly missing = computed(() => this.form.missing().map((each) => each.labels.join(' → ')));
  /** What is wrong with the step, as a sentence; empty if nothing is known to be. */
  protected readonly problem = computed(() => {
    const step = this.form.step();
    if (!step || step.type === 'EMPTY') return '';
    const [obstacle] = this.form.obstacles();
    if (obstacle) return this.transloco.translate(`stepSettings.obstacle.${obstacle.key}`, { branch: obstacle.branch ?? '' });
    if (this.missing().length > 0) return this.transloco.translate('stepSettings.missing', { fields: this.missing().join(', ') });
    if (step.valid || this.form.isLoading() || this.form.failure()) return '';
    return this.transloco.translate(step.type === 'CODE' ? 'stepSettings.codeNotValid' : 'stepSettings.notValid');
  });

  private stopWaiting: () => void = () => undefined;

  constructor() {
    const element = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    effect(() => {
      const wanted = this.builder.focusField();
      if (!wanted || !this.builder.selectedStep()) return;
      untracked(() => {
        this.tab.set(wanted === 'test' ? 'test' : 'settings');
        this.builder.focusField.set(null);
        this.stopWaiting();
        if (wanted !== 'test') this.stopWaiting = focusWhenThere(element, wanted);
      });
    });
    inject(DestroyRef).onDestroy(() => this.stopWaiting());
  }

  protected rename(input: HTMLInputElement): void {
    if (input.value.trim() !== '') this.form.rename(input.value);
  }

  /** A step must have a name: without one it keeps the one that it had. */
  protected renamed(input: HTMLInputElement): void {
    input.value = this.form.step()?.displayName ?? '';
  }

  protected close(): void {
    this.form.flush();
    this.builder.clearSelection();
  }

  protected async copyName(name: string): Promise<void> {
    if (await this.notify.attempt(() => navigator.clipboard.writeText(name))) {
      this.notify.done(this.transloco.translate('stepSettings.copied'));
    }
  }

  /** Left and right go from tab to tab, as in every list of tabs. */
  protected onTabKey(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(this.tab()) + step + TABS.length) % TABS.length] ?? 'settings';
    this.tab.set(next);
    document.getElementById(`step-tab-${next}`)?.focus();
  }

  /** Another trigger, action or kind of step in the place of this one. */
  protected async change(origin: HTMLElement): Promise<void> {
    const step = this.form.step();
    if (!step) return;
    const picked = await this.picker.pick({ kind: isTrigger(step) ? 'trigger' : 'action', origin });
    if (!picked || !(await this.mayReplace(step, picked))) return;
    if (isTrigger(step)) {
      this.form.edit({ type: 'UPDATE_TRIGGER', request: { ...picked, name: step.name } as never });
      return;
    }
    const { skip } = step as Action;
    const replaced = { ...(picked as Action), name: step.name };
    this.form.edit({ type: 'UPDATE_ACTION', request: skip === undefined ? replaced : { ...replaced, skip } });
  }

  /** Steps that hang inside this one go with it if the new one has no room for them: not without asking. */
  private async mayReplace(step: Step, picked: PickedStep): Promise<boolean> {
    if (picked.type === step.type || innerSlotsOf(step).every((slot) => !slot.child)) return true;
    return this.confirm.ask({
      heading: this.transloco.translate('stepSettings.replaceStep', { name: step.displayName }),
      text: this.transloco.translate('stepSettings.replaceStepText'),
      yes: this.transloco.translate('stepSettings.replace'),
      destructive: true,
    });
  }
}
