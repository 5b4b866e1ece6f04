import { ApiProblem } from '../api/problem';
import { emailProblem, nameProblem, newPasswordProblem, refusedFields } from './field-problems';

describe('fields', () => {
  it('know an e-mail address', () => {
    expect(emailProblem('ada@example.com')).toBe('');
    expect(emailProblem(' ada@localhost ')).toBe('');
    expect(emailProblem('')).toBe('signUp.problem.emailMissing');
    for (const wrong of ['ada', 'ada@', '@example.com', 'a b@example.com', 'a@b@c', 'ada@example.']) {
      expect(emailProblem(wrong)).toBe('signUp.problem.email');
    }
  });

  it('know the bounds of a password, in characters and in bytes', () => {
    expect(newPasswordProblem('12345678')).toBe('');
    expect(newPasswordProblem('x'.repeat(64))).toBe('');
    expect(newPasswordProblem('1234567')).toBe('signUp.problem.passwordShort');
    expect(newPasswordProblem('x'.repeat(65))).toBe('signUp.problem.passwordLong');
    expect(newPasswordProblem('€'.repeat(25))).toBe('signUp.problem.passwordLong');
    expect(newPasswordProblem('')).toBe('signUp.problem.passwordMissing');
  });

  it('want a name that is more than spaces', () => {
    expect(nameProblem('Ada')).toBe('');
    expect(nameProblem('  ')).toBe('signUp.problem.nameMissing');
    expect(nameProblem('x'.repeat(256))).toBe('signUp.problem.nameLong');
  });

  it('are named by a refusal', () => {
    const message = 'body/password Too small: expected string to have >=8 characters, body/firstName Too small: expected, one';
    expect(refusedFields(new ApiProblem(400, 'FST_ERR_VALIDATION', {}, message))).toEqual({
      password: 'Too small: expected string to have >=8 characters',
      firstName: 'Too small: expected, one',
    });
    expect(refusedFields(new ApiProblem(400, 'VALIDATION', {}, 'You cannot delete yourself'))).toEqual({});
    expect(refusedFields(new Error('body/password x'))).toEqual({});
  });
});
