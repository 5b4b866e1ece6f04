import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { messages } from '../../../i18n/en';
import type { StepRecord } from './run-tree';
import { StepRun } from './step-run';

beforeEach(() => {
  TestBed.configureTestingModule({
    imports: [TranslocoTestingModule.forRoot({ langs: { en: messages }, translocoConfig: { availableLangs: ['en'], defaultLang: 'en' } })],
  });
});

describe('StepRun', () => {
  const show = (step: StepRecord): string => {
    const fixture = TestBed.createComponent(StepRun);
    fixture.componentRef.setInput('step', step);
    fixture.componentRef.setInput('displayName', 'Charge');
    fixture.detectChanges();
    return ((fixture.nativeElement as HTMLElement).textContent ?? '').replace(/\s+/g, ' ');
  };

  it('says what failed, why, and after how many attempts', () => {
    const text = show({
      type: 'CODE',
      status: 'FAILED',
      duration: 2400,
      attempts: 4,
      input: {},
      errorMessage: 'Error: declined\n    at x',
    });
    for (const part of ['Failed', '2.4 s', '4 attempts', 'Charge failed', 'Error: declined']) expect(text).toContain(part);
    expect(text).not.toContain('Input');
    expect(text).not.toContain('Output');
  });

  it('shows input and output, empty ones too', () => {
    const text = show({ type: 'CODE', status: 'SUCCEEDED', duration: 1, input: { a: 1 }, output: null, standardOutput: 'hello' });
    for (const part of ['Input', 'Output', 'null', 'Printed', 'hello']) expect(text).toContain(part);
    expect(text).not.toContain('attempts');
  });
});
