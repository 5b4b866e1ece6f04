import { Component, signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { DataTarget } from './data-target';
import { TemplateInput } from './template-input';

@Component({
  imports: [TemplateInput],
  template: `<pw-template-input label="URL" placeholder="https://" [(value)]="value" [disabled]="disabled()" />`,
})
class Form {
  value = signal("to {{trigger['body']['name']}}!");
  disabled = signal(false);
}

describe('TemplateInput', () => {
  let fixture: ComponentFixture<Form>;
  let element: HTMLElement;

  beforeEach(async () => {
    Range.prototype.getClientRects = () => [] as unknown as DOMRectList; // jsdom draws nothing
    TestBed.configureTestingModule({
      imports: [
        Form,
        TranslocoTestingModule.forRoot({ langs: { en: {} }, translocoConfig: { availableLangs: ['en'], defaultLang: 'en' } }),
      ],
      providers: [DataTarget],
    });
    fixture = TestBed.createComponent(Form);
    element = fixture.nativeElement as HTMLElement;
    document.body.append(element);
    await fixture.whenStable();
  });

  const field = () => element.querySelector<HTMLElement>('[role=textbox]') as HTMLElement;
  const editing = async () => {
    field().focus();
    await vi.waitFor(() => expect(element.querySelector('.cm-editor')).not.toBeNull(), 10_000);
    await fixture.whenStable();
  };

  it('shows chips before there is an editor, and the same after', async () => {
    expect(field().getAttribute('aria-label')).toBe('URL');
    expect(field().querySelector('pw-data-chip')?.textContent).toMatch(/trigger\s*› body › name/);
    await editing();
    expect(element.querySelectorAll('[role=textbox]')).toHaveLength(1);
    expect(field().getAttribute('aria-label')).toBe('URL');
    expect(field().querySelector('pw-data-chip')?.textContent).toMatch(/trigger\s*› body › name/);
  });

  it('takes what the data selector gives', async () => {
    await editing();
    const target = TestBed.inject(DataTarget);
    expect(target.isOpen()).toBe(true);
    target.insert("{{step_1['id']}}");
    expect(fixture.componentInstance.value()).toBe("to {{trigger['body']['name']}}!{{step_1['id']}}");
    await fixture.whenStable();
    expect(field().querySelectorAll('pw-data-chip')).toHaveLength(2);
  });

  it('follows the value', async () => {
    await editing();
    fixture.componentInstance.value.set('plain');
    await fixture.whenStable();
    expect(field().textContent).toBe('plain');
    fixture.componentInstance.value.set('');
    await fixture.whenStable();
    expect(field().textContent).toContain('https://');
  });

  it('takes no focus while it is disabled', async () => {
    fixture.componentInstance.disabled.set(true);
    await fixture.whenStable();
    expect(field().getAttribute('tabindex')).toBeNull();
    expect(field().getAttribute('aria-disabled')).toBe('true');
  });
});
