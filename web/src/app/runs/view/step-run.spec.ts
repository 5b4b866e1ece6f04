import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { messages } from '../../../i18n/en';
import { type ChosenStep, RunTimeline } from './run-timeline';
import type { RunSteps, StepRecord } from './run-tree';
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

describe('RunTimeline', () => {
  it('chooses steps by their place', () => {
    const inner = { x: { type: 'CODE', status: 'SUCCEEDED', duration: 5, startedAt: 1005 } };
    const steps: RunSteps = {
      each: { type: 'LOOP_ON_ITEMS', status: 'SUCCEEDED', duration: 10, startedAt: 1000, output: { iterations: [inner, inner] } },
    };
    const fixture = TestBed.createComponent(RunTimeline);
    fixture.componentRef.setInput('steps', steps);
    fixture.componentRef.setInput('begin', 1000);
    fixture.componentRef.setInput('displayNames', { x: 'Send' });
    const chosen: ChosenStep[] = [];
    fixture.componentInstance.choose.subscribe((step) => chosen.push(step));
    fixture.detectChanges();
    const buttons = [...(fixture.nativeElement as HTMLElement).querySelectorAll('button')];
    expect(buttons.map((button) => (button.querySelector('.name')?.textContent ?? '').trim().replace(/\s+/g, ' '))).toEqual([
      'each Succeeded',
      'Send · 1 Succeeded',
      'Send · 2 Succeeded',
    ]);
    expect(buttons[1]?.querySelector<HTMLElement>('.bar')?.style.left).toBe('50%');
    buttons[2]?.click();
    expect(chosen).toEqual([{ name: 'x', path: [['each', 1]] }]);
  });
});
