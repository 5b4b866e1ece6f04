import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { TextField } from './text-field';

async function field(inputs: Record<string, unknown>): Promise<ComponentFixture<TextField>> {
  TestBed.configureTestingModule({
    imports: [TranslocoTestingModule.forRoot({ langs: { en: { signIn: { showPassword: 'Show password' } } }, preloadLangs: true })],
  });
  const fixture = TestBed.createComponent(TextField);
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  await fixture.whenStable();
  return fixture;
}
const inputOf = (fixture: ComponentFixture<TextField>): HTMLInputElement => fixture.nativeElement.querySelector('input');

describe('TextField', () => {
  it('shows a password while one looks at it', async () => {
    const fixture = await field({ label: 'Password', type: 'password' });
    const button: HTMLButtonElement = fixture.nativeElement.querySelector('button');
    expect([inputOf(fixture).type, button.getAttribute('aria-pressed')]).toEqual(['password', 'false']);
    button.click();
    await fixture.whenStable();
    expect([inputOf(fixture).type, button.getAttribute('aria-pressed')]).toEqual(['text', 'true']);
  });

  it('tells assistive technology what is wrong', async () => {
    const fixture = await field({ label: 'Name', hint: 'A hint', problem: 'Enter a name.' });
    const text = fixture.nativeElement.querySelector('p');
    expect(text.textContent).toBe('Enter a name.');
    expect(inputOf(fixture).getAttribute('aria-describedby')).toBe(text.id);
    expect(inputOf(fixture).getAttribute('aria-invalid')).toBe('true');
    expect(fixture.nativeElement.querySelector('label').htmlFor).toBe(inputOf(fixture).id);
  });

  it('gives what is typed', async () => {
    const fixture = await field({ label: 'Name' });
    inputOf(fixture).value = 'Ada';
    inputOf(fixture).dispatchEvent(new Event('input'));
    expect(fixture.componentInstance.value()).toBe('Ada');
  });
});
