/** What the server refuses in the fields of people and projects, known before it is asked. The answers are keys of messages, or ''. */
import { ApiProblem } from '../api/problem';

const EMAIL = /^[^\s@\p{Cc}]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/u;
const MIN_PASSWORD = 8;
const MAX_PASSWORD = 64;
const MAX_PASSWORD_BYTES = 72;
const MAX_NAME = 255;

export function emailProblem(email: string): string {
  if (!email.trim()) return 'signUp.problem.emailMissing';
  return EMAIL.test(email.trim()) ? '' : 'signUp.problem.email';
}

export function newPasswordProblem(password: string): string {
  if (!password) return 'signUp.problem.passwordMissing';
  if (password.length < MIN_PASSWORD) return 'signUp.problem.passwordShort';
  if (password.length > MAX_PASSWORD || new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES)
    return 'signUp.problem.passwordLong';
  return '';
}

export function nameProblem(name: string): string {
  if (!name.trim()) return 'signUp.problem.nameMissing';
  return name.length > MAX_NAME ? 'signUp.problem.nameLong' : '';
}

/** The fields of the body that a refused request names, with the server's words: `{password: 'Too small: …'}`. */
export function refusedFields(error: unknown): Record<string, string> {
  if (!(error instanceof ApiProblem) || error.status !== 400) return {};
  const parts = error.message.split(/(?:^|, )body\/(\w+) /);
  const fields: Record<string, string> = {};
  for (let index = 1; index + 1 < parts.length; index += 2) fields[parts[index] ?? ''] = parts[index + 1] ?? '';
  return fields;
}
