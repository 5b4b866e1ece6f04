import { Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { MatRadioModule } from '@angular/material/radio';
import { MatSlideToggleModule } from '@angular/material/slide-toggle';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { mdiChevronDown, mdiChevronRight, mdiContentCopy, mdiPlus, mdiTrashCanOutline } from '@mdi/js';
import { Confirm } from '../../../design/confirm';
import { Icon } from '../../../design/icon';
import { IconButton } from '../../../design/icon-button';
import { FlowBuilder } from '../../flow-builder';
import { pasteOperations } from '../../model/copy';
import type { Operation } from '../../model/operations';
import type { Action, Branch, Condition, StepSettings } from '../../model/step';
import { newBranchIndex, newBranchName } from '../model/conditions';
import { MoveButtons } from '../move-buttons';
import { StepForm } from '../step-form';
import { ConditionEditor } from './condition-editor';

type ExecutionType = NonNullable<StepSettings['executionType']>;

/** A router: which of the branches that fit run, one after the other or at the same time, and when each fits. */
@Component({
  selector: 'pw-router-settings',
  imports: [ConditionEditor, Icon, IconButton, MatRadioModule, MatSlideToggleModule, MoveButtons, TranslocoDirective],
  templateUrl: './router-settings.html',
  styleUrl: './router-settings.scss',
})
export class RouterSettings {
  protected readonly form = inject(StepForm);
  private readonly builder = inject(FlowBuilder);
  private readonly confirm = inject(Confirm);
  private readonly transloco = inject(TranslocoService);

  protected readonly icons = {
    open: mdiChevronDown,
    closed: mdiChevronRight,
    copy: mdiContentCopy,
    delete: mdiTrashCanOutline,
    add: mdiPlus,
  };
  protected readonly executionTypes: readonly ExecutionType[] = ['EXECUTE_FIRST_MATCH', 'EXECUTE_ALL_MATCH'];
  protected readonly branches = computed(() => this.form.settings().branches ?? []);
  protected readonly executionType = computed(() => this.form.settings().executionType ?? 'EXECUTE_FIRST_MATCH');
  private readonly name = computed(() => this.form.step()?.name ?? '');
  /** The branch whose conditions are shown. */
  protected readonly open = linkedSignal<string, number>({ source: this.name, computation: () => 0 });
  protected readonly announcement = signal('');

  protected setExecutionType(executionType: ExecutionType): void {
    this.form.patch({ executionType });
    this.form.flush();
  }

  protected setParallel(parallel: boolean): void {
    this.form.patch({ parallel });
    this.form.flush();
  }

  protected change(index: number, change: Partial<Branch>): void {
    this.form.patch({ branches: this.branches().map((branch, at) => (at === index ? { ...branch, ...change } : branch)) });
  }

  /** A branch must have a name. */
  protected renamed(index: number, input: HTMLInputElement): void {
    if (input.value.trim() === '') {
      input.value = newBranchName(this.branches(), this.transloco.translate('stepSettings.branch'));
      this.change(index, { branchName: input.value });
    }
  }

  protected setConditions(index: number, conditions: Condition[][]): void {
    this.change(index, { conditions });
  }

  protected add(): void {
    this.form.flush();
    const branchIndex = newBranchIndex(this.branches());
    const branchName = newBranchName(this.branches(), this.transloco.translate('stepSettings.branch'));
    this.form.edit({ type: 'ADD_BRANCH', request: { stepName: this.name(), branchIndex, branchName } });
    this.open.set(branchIndex);
  }

  /** A copy beside the branch, with copies of its steps. */
  protected duplicate(index: number): void {
    this.form.flush();
    const [branch, draft] = [this.branches()[index], this.builder.draft()];
    if (!branch || !draft) return;
    const stepName = this.name();
    const branchIndex = index + 1;
    const branchName = this.transloco.translate('stepSettings.copyOf', { name: branch.branchName });
    const request = { stepName, branchIndex, branchName, conditions: structuredClone(branch.conditions ?? []) };
    const place = { parent: stepName, location: 'INSIDE_BRANCH' as const, branchIndex };
    const steps: Operation[] = pasteOperations(draft.trigger, chainOf(this.childAt(index)), place);
    this.form.edit({ type: 'ADD_BRANCH', request }, ...steps);
    this.open.set(branchIndex);
  }

  protected async delete(index: number): Promise<void> {
    const branch = this.branches()[index];
    if (!branch) return;
    const count = chainOf(this.childAt(index)).length;
    const question = {
      heading: this.transloco.translate('stepSettings.deleteBranch', { name: branch.branchName }),
      text: this.transloco.translate('stepSettings.deleteBranchText'),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    };
    if (count > 0 && !(await this.confirm.ask(question))) return;
    this.form.edit({ type: 'DELETE_BRANCH', request: { stepName: this.name(), branchIndex: index } });
    this.open.set(Math.min(index, this.branches().length - 2));
  }

  protected move(index: number, to: number): void {
    this.form.edit({
      type: 'MOVE_BRANCH',
      request: { stepName: this.name(), sourceBranchIndex: index, targetBranchIndex: to },
    });
    if (this.open() === index) this.open.set(to);
    this.announcement.set(this.transloco.translate('stepSettings.branchMoved', { number: to + 1 }));
  }

  protected canMove(index: number, to: number): boolean {
    return !this.form.isReadonly() && this.branches()[to]?.branchType === 'CONDITION' && this.branches()[index]?.branchType === 'CONDITION';
  }

  private childAt(index: number): Action | undefined {
    return (this.form.step() as Action | null)?.children?.[index] ?? undefined;
  }
}

function chainOf(first: Action | undefined): Action[] {
  const chain: Action[] = [];
  for (let step = first; step; step = step.nextAction) chain.push(step);
  return chain;
}
