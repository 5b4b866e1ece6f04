/** What a step still needs: computed here while the user types; the server computes it again (engine/validation.py). */
import { type Action, type PropertySetting, type Step, isTrigger } from '../../model/step';
import { isRecord } from './equality';
import type { PieceOperation, Properties, Property } from './metadata';

export interface Missing {
  /** The fields' names as people read them, from the outside in: `Body`, `JSON Body`. */
  labels: string[];
  /** Whether the step counts as not valid; else it would only fail when it runs. */
  isBlocking: boolean;
}

/** The required fields without a value. */
export function missingFields(
  properties: Properties,
  values: Record<string, unknown>,
  settings: Record<string, PropertySetting | undefined> = {},
): Missing[] {
  return Object.entries(properties).flatMap(([name, property]) => missingIn(property, values[name], settings[name]));
}

function missingIn(property: Property, value: unknown, setting: PropertySetting | undefined): Missing[] {
  if (property.type === 'MARKDOWN') return [];
  const isEmpty = value === undefined || value === null || value === '';
  if (isEmpty) return property.required ? [{ labels: [property.displayName], isBlocking: true }] : [];
  if (Array.isArray(value) && value.length === 0 && property.required) return [{ labels: [property.displayName], isBlocking: false }];
  if (property.type === 'ARRAY' && property.properties && Array.isArray(value)) {
    const fields = property.properties;
    return value.flatMap((item, index) => inside(`${property.displayName} ${index + 1}`, fields, item));
  }
  if (property.type === 'DYNAMIC' && isRecord(setting?.schema)) return inside(property.displayName, setting.schema as Properties, value);
  return [];
}

function inside(label: string, properties: Properties, value: unknown): Missing[] {
  if (!isRecord(value)) return [];
  return missingFields(properties, value).map((each) => ({ labels: [label, ...each.labels], isBlocking: false }));
}

/** A piece step's missing fields; the connection too. */
export function missingInPiece(step: Step, operation: PieceOperation, needsConnection: boolean, connection: string): Missing[] {
  const input = step.settings.input ?? {};
  const missing = missingFields(operation.props, input, step.settings.propertySettings);
  return needsConnection && !input['auth'] ? [{ labels: [connection], isBlocking: true }, ...missing] : missing;
}

/** What keeps a code step, a loop or a router from running: keys of messages with what they need. */
export interface Obstacle {
  key: 'code' | 'items' | 'branches' | 'operator' | 'firstValue' | 'secondValue';
  branch?: string;
}

export const SINGLE_VALUE: ReadonlySet<string> = new Set([
  'BOOLEAN_IS_TRUE',
  'BOOLEAN_IS_FALSE',
  'LIST_IS_EMPTY',
  'LIST_IS_NOT_EMPTY',
  'EXISTS',
  'DOES_NOT_EXIST',
]);

export function obstaclesOf(step: Step): Obstacle[] {
  const { settings } = step;
  if (isTrigger(step)) return [];
  switch ((step as Action).type) {
    case 'CODE':
      return settings.sourceCode?.code.trim() ? [] : [{ key: 'code' }];
    case 'LOOP_ON_ITEMS':
      return settings.items?.trim() ? [] : [{ key: 'items' }];
    case 'ROUTER':
      return routerObstacles(step as Action);
    case 'PIECE':
      return [];
  }
}

function routerObstacles(router: Action): Obstacle[] {
  const branches = router.settings.branches ?? [];
  if (branches.length === 0) return [{ key: 'branches' }];
  return branches.flatMap(({ branchName: branch, conditions }) =>
    (conditions ?? []).flat().flatMap((condition): Obstacle[] => {
      if (!condition.operator) return [{ key: 'operator', branch }];
      if (!condition.firstValue) return [{ key: 'firstValue', branch }];
      return SINGLE_VALUE.has(condition.operator) || condition.secondValue ? [] : [{ key: 'secondValue', branch }];
    }),
  );
}
