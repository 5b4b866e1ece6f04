/** The conditions of a router's branches: a list (any of them) of lists (all of them). */
import type { ValueKind } from '../../data/template-input';
import type { Branch, Condition } from '../../model/step';
import { SINGLE_VALUE } from './missing';

export type OperatorGroup = 'text' | 'number' | 'boolean' | 'date' | 'list' | 'existence';

/** The wire's operators by what they compare (spec/flow-json.md §4). */
export const OPERATORS: readonly (readonly [OperatorGroup, readonly string[]])[] = [
  [
    'text',
    [
      'TEXT_CONTAINS',
      'TEXT_DOES_NOT_CONTAIN',
      'TEXT_EXACTLY_MATCHES',
      'TEXT_DOES_NOT_EXACTLY_MATCH',
      'TEXT_START_WITH',
      'TEXT_DOES_NOT_START_WITH',
      'TEXT_ENDS_WITH',
      'TEXT_DOES_NOT_END_WITH',
    ],
  ],
  ['number', ['NUMBER_IS_GREATER_THAN', 'NUMBER_IS_LESS_THAN', 'NUMBER_IS_EQUAL_TO']],
  ['boolean', ['BOOLEAN_IS_TRUE', 'BOOLEAN_IS_FALSE']],
  ['date', ['DATE_IS_BEFORE', 'DATE_IS_EQUAL', 'DATE_IS_AFTER']],
  ['list', ['LIST_CONTAINS', 'LIST_DOES_NOT_CONTAIN', 'LIST_IS_EMPTY', 'LIST_IS_NOT_EMPTY']],
  ['existence', ['EXISTS', 'DOES_NOT_EXIST']],
];

export function groupOf(operator: string | undefined): OperatorGroup | undefined {
  return OPERATORS.find(([, operators]) => operator !== undefined && operators.includes(operator))?.[0];
}

export const isSingleValue = (operator: string | undefined): boolean => operator !== undefined && SINGLE_VALUE.has(operator);

/** Whether upper and lower case may count. */
export function hasCase(operator: string | undefined): boolean {
  const group = groupOf(operator);
  return group === 'text' || (group === 'list' && !isSingleValue(operator));
}

/** What a condition's two sides hold. */
export function kindsOf(operator: string | undefined): { first: ValueKind; second: ValueKind } {
  switch (groupOf(operator)) {
    case 'text':
      return { first: 'text', second: 'text' };
    case 'number':
      return { first: 'number', second: 'number' };
    case 'boolean':
      return { first: 'boolean', second: 'any' };
    case 'date':
      return { first: 'date', second: 'date' };
    case 'list':
      return { first: 'array', second: 'any' };
    default:
      return { first: 'any', second: 'any' };
  }
}

export function newCondition(): Condition {
  return { operator: 'TEXT_CONTAINS', firstValue: '', secondValue: '', caseSensitive: false };
}

/** The condition with another operator: fields that it does not have are left out, those that it needs are there. */
export function withOperator(condition: Condition, operator: string): Condition {
  const changed: Condition = { operator, firstValue: condition.firstValue };
  if (!isSingleValue(operator)) changed.secondValue = condition.secondValue ?? '';
  if (hasCase(operator)) changed.caseSensitive = condition.caseSensitive ?? false;
  return changed;
}

export function changedAt(conditions: readonly Condition[][], or: number, and: number, condition: Condition): Condition[][] {
  return conditions.map((group, index) => (index === or ? group.map((each, inner) => (inner === and ? condition : each)) : group));
}

/** The conditions with one more in a group, or in a group of its own. */
export function added(conditions: readonly Condition[][], or: number = conditions.length): Condition[][] {
  if (or >= conditions.length) return [...conditions, [newCondition()]];
  return conditions.map((group, index) => (index === or ? [...group, newCondition()] : group));
}

/** The conditions without one; a group without conditions goes with its last one. One condition always stays. */
export function removed(conditions: readonly Condition[][], or: number, and: number): Condition[][] {
  const left = conditions
    .map((group, index) => (index === or ? group.filter((_, inner) => inner !== and) : group))
    .filter((group) => group.length > 0);
  return left.length > 0 ? left : [[newCondition()]];
}

/** Where a new branch goes: before the one for everything else. */
export function newBranchIndex(branches: readonly Branch[]): number {
  return branches.at(-1)?.branchType === 'FALLBACK' ? branches.length - 1 : branches.length;
}

/** A name that no branch has yet: `Branch 3`. */
export function newBranchName(branches: readonly Branch[], word: string): string {
  const taken = new Set(branches.map((branch) => branch.branchName));
  for (let number = branches.filter((branch) => branch.branchType === 'CONDITION').length + 1; ; number += 1) {
    if (!taken.has(`${word} ${number}`)) return `${word} ${number}`;
  }
}
