import { Component, input, output } from '@angular/core';
import { MatCheckboxModule } from '@angular/material/checkbox';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiClose, mdiPlus } from '@mdi/js';
import { Icon } from '../../../design/icon';
import { TemplateInput } from '../../data/template-input';
import type { Condition } from '../../model/step';
import { OPERATORS, added, changedAt, hasCase, isSingleValue, kindsOf, removed, withOperator } from '../model/conditions';

/** When a branch fits: any of its groups, and in a group all of its conditions. */
@Component({
  selector: 'pw-condition-editor',
  imports: [Icon, MatCheckboxModule, TemplateInput, TranslocoDirective],
  templateUrl: './condition-editor.html',
  styleUrl: './condition-editor.scss',
})
export class ConditionEditor {
  readonly conditions = input.required<Condition[][]>();
  readonly disabled = input(false);
  readonly conditionsChange = output<Condition[][]>();

  protected readonly icons = { add: mdiPlus, remove: mdiClose };
  protected readonly operators = OPERATORS;
  protected readonly isSingleValue = isSingleValue;
  protected readonly hasCase = hasCase;
  protected readonly kindsOf = kindsOf;

  protected set(or: number, and: number, condition: Condition): void {
    this.conditionsChange.emit(changedAt(this.conditions(), or, and, condition));
  }

  protected setFirst(or: number, and: number, condition: Condition, firstValue: string): void {
    if (firstValue !== condition.firstValue) this.set(or, and, { ...condition, firstValue });
  }

  protected setSecond(or: number, and: number, condition: Condition, secondValue: string): void {
    if (secondValue !== (condition.secondValue ?? '')) this.set(or, and, { ...condition, secondValue });
  }

  protected setOperator(or: number, and: number, condition: Condition, operator: string): void {
    this.set(or, and, withOperator(condition, operator));
  }

  protected setCase(or: number, and: number, condition: Condition, caseSensitive: boolean): void {
    this.set(or, and, { ...condition, caseSensitive });
  }

  protected addAnd(or: number): void {
    this.conditionsChange.emit(added(this.conditions(), or));
  }

  protected addOr(): void {
    this.conditionsChange.emit(added(this.conditions()));
  }

  protected remove(or: number, and: number): void {
    this.conditionsChange.emit(removed(this.conditions(), or, and));
  }

  protected get isOnlyOne(): boolean {
    return this.conditions().flat().length <= 1;
  }
}
