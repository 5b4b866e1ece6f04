/** What a new step's form is filled with. */
import type { PropertySetting } from '../../model/step';
import type { PieceOperation, Properties, Property } from './metadata';

/** The value that a field begins with; undefined for one that begins empty. */
export function defaultValue(property: Property): unknown {
  if (property.defaultValue !== undefined && property.defaultValue !== null) return structuredClone(property.defaultValue);
  switch (property.type) {
    case 'CHECKBOX':
      return false;
    case 'OBJECT':
    case 'DYNAMIC':
      return {};
    case 'ARRAY':
    case 'MULTI_SELECT_DROPDOWN':
    case 'STATIC_MULTI_SELECT_DROPDOWN':
      return [];
    default:
      return undefined;
  }
}

/** The input of a new step. Fields that begin empty are not in it. */
export function defaultInput(properties: Properties): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    const value = property.type === 'MARKDOWN' ? undefined : defaultValue(property);
    if (value !== undefined) values[name] = value;
  }
  return values;
}

export function defaultPropertySettings(properties: Properties): Record<string, PropertySetting> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([, property]) => property.type !== 'MARKDOWN')
      .map(([name]) => [name, { type: 'MANUAL' }]),
  );
}

export function defaultErrorHandling(operation: PieceOperation | undefined) {
  const { continueOnFailure, retryOnFailure } = operation?.errorHandlingOptions ?? {};
  return {
    continueOnFailure: { value: continueOnFailure?.defaultValue ?? false },
    retryOnFailure: { value: retryOnFailure?.defaultValue ?? false },
  };
}

/** The values of a form whose fields have changed: what fits the new fields stays, new fields begin as they should. */
export function carriedOver(values: Record<string, unknown>, before: Properties, now: Properties): Record<string, unknown> {
  const carried = defaultInput(now);
  for (const [name, property] of Object.entries(now)) {
    if (values[name] !== undefined && before[name]?.type === property.type) carried[name] = values[name];
  }
  return carried;
}
