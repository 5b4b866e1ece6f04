import { type ComponentFixture, TestBed } from '@angular/core/testing';
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

describe('StepRun, with values beside the log', () => {
  const reference = (size: number): { fileId: string; size: number; url: string } => ({
    fileId: 'a'.repeat(21),
    size,
    url: 'https://public.test/api/v1/files/x?token=t1',
  });
  const calls: string[] = [];
  let answer = (): Promise<Response> => Promise.resolve(new Response('["kept"]'));

  beforeEach(() => {
    calls.length = 0;
    answer = () => Promise.resolve(new Response('["kept"]'));
    vi.stubGlobal('fetch', (url: string) => {
      calls.push(url);
      return answer();
    });
  });
  afterEach(() => vi.unstubAllGlobals());

  const shown = async (step: StepRecord): Promise<ComponentFixture<StepRun>> => {
    const fixture = TestBed.createComponent(StepRun);
    fixture.componentRef.setInput('step', step);
    await fixture.whenStable();
    return fixture;
  };
  const text = (fixture: ComponentFixture<StepRun>): string => (fixture.nativeElement as HTMLElement).textContent ?? '';

  it('fetches what is not very large as soon as it is to be seen', async () => {
    const fixture = await shown({ type: 'CODE', status: 'SUCCEEDED', output: reference(40_000), outputType: 'slice' });
    expect(calls).toEqual([new URL(`api/v1/files/${'a'.repeat(21)}?token=t1`, document.baseURI).href]);
    expect(text(fixture)).toContain('39 KB');
    expect(text(fixture)).toContain('kept');
  });

  it('fetches what is large when one asks for it', async () => {
    const fixture = await shown({ type: 'CODE', status: 'SUCCEEDED', output: reference(10 * 1024 * 1024), outputType: 'slice' });
    expect(calls).toEqual([]);
    expect(text(fixture)).toContain('10 MB');
    (fixture.nativeElement as HTMLElement).querySelector('button')?.click();
    await fixture.whenStable();
    expect(calls).toHaveLength(1);
    expect(text(fixture)).toContain('kept');
  });

  it('says when it cannot be had, and tries again', async () => {
    answer = () => Promise.resolve(new Response('', { status: 404, statusText: 'Not Found' }));
    const fixture = await shown({ type: 'CODE', status: 'SUCCEEDED', output: reference(40_000), outputType: 'slice' });
    expect((fixture.nativeElement as HTMLElement).querySelector('[role=alert]')?.textContent).toContain('Not Found');
    answer = () => Promise.resolve(new Response('1'));
    (fixture.nativeElement as HTMLElement).querySelector<HTMLButtonElement>('[role=alert] button')?.click();
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).querySelector('[role=alert]')).toBeNull();
  });

  it("shows a loop's items that are kept there", async () => {
    const fixture = await shown({
      type: 'LOOP_ON_ITEMS',
      status: 'SUCCEEDED',
      input: { items: '(truncated, original size 39 KB)' },
      itemsSlice: reference(40_000),
    });
    expect(text(fixture)).toContain('kept');
  });

  it('names the properties that do not fit', async () => {
    const error = { message: 'a: Expected number', problems: [{ property: 'fields.a', message: 'Expected number, received: x' }] };
    const fixture = await shown({ type: 'PIECE', status: 'FAILED', errorMessage: '{"fields.a": ["Expected number, received: x"]}', error });
    expect((fixture.nativeElement as HTMLElement).querySelector('dl')?.textContent).toContain('fields.a');
  });
});
