import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { Clipboard } from '@angular/cdk/clipboard';
import { messages } from '../../i18n/en';
import { JsonView } from './json-view';

describe('JsonView', () => {
  const copied: string[] = [];

  function show(value: unknown): { element: HTMLElement; rows: () => string[]; stable: () => Promise<void> } {
    copied.length = 0;
    TestBed.configureTestingModule({
      imports: [
        TranslocoTestingModule.forRoot({ langs: { en: messages }, translocoConfig: { availableLangs: ['en'], defaultLang: 'en' } }),
      ],
      providers: [{ provide: Clipboard, useValue: { copy: (text: string) => copied.push(text) > 0 } }],
    });
    const fixture = TestBed.createComponent(JsonView);
    fixture.componentRef.setInput('value', value);
    fixture.componentRef.setInput('root', 'step_1');
    fixture.detectChanges();
    const element = fixture.nativeElement as HTMLElement;
    const rows = (): string[] =>
      [...element.querySelectorAll('[role=treeitem] .words')].map((words) => (words.textContent ?? '').trim().replace(/\s+/g, ' '));
    const stable = async (): Promise<void> => {
      await new Promise((done) => setTimeout(done));
      fixture.detectChanges();
    };
    return { element, rows, stable };
  }

  const press = (element: HTMLElement, key: string): void => {
    element.querySelector('[role=treeitem][tabindex="0"]')?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  };

  it('closes and opens with the keyboard', async () => {
    const { element, rows, stable } = show({ user: { name: 'Ada' }, n: 1 });
    expect(rows()).toEqual(['user1 fields', 'nameAda', 'n1']);
    press(element, 'ArrowLeft');
    await stable();
    expect(rows()).toEqual(['user1 fields', 'n1']);
    press(element, 'ArrowRight');
    await stable();
    press(element, 'ArrowDown');
    await stable();
    expect(element.querySelector('.active .key')?.textContent).toBe('name');
  });

  it('copies a value and its path', () => {
    const { element } = show({ list: [{ 'odd key': 'x' }] });
    const buttons = (row: number): HTMLButtonElement[] => [
      ...(element.querySelectorAll('[role=treeitem]')[row]?.querySelectorAll<HTMLButtonElement>('.actions button') ?? []),
    ];
    buttons(1)[0]?.click();
    buttons(2)[1]?.click();
    expect(copied).toEqual(['{\n  "odd key": "x"\n}', "step_1.list[0]['odd key']"]);
  });

  it('opens what a search finds', async () => {
    const { element, rows, stable } = show(Array.from({ length: 1000 }, (_, id) => ({ id: `no-${id}` })));
    expect(rows()).toHaveLength(10);
    const field = element.querySelector('input');
    if (!field) throw new Error('no search field');
    field.value = 'no-789';
    field.dispatchEvent(new Event('input'));
    await stable();
    expect(element.querySelector('.found')?.textContent).toContain('no-789');
    expect(element.querySelector('.count')?.textContent).toBe('1 of 1');
  });

  it('cuts long texts until one asks for all', async () => {
    const { element, stable } = show({ text: 'x'.repeat(3000) });
    expect(element.querySelector('.string')?.textContent?.length).toBe(400);
    element.querySelector<HTMLButtonElement>('.more')?.click();
    await stable();
    expect(element.querySelector('.string')?.textContent?.length).toBe(3000);
  });

  it('shows a value of a megabyte at once', () => {
    const { rows } = show(Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'some words that fill the place' })));
    expect(rows().length).toBeLessThan(120);
  });
});
