import { focusWhenThere, selectorOf } from './focus-field';

describe('selectorOf', () => {
  it('finds the field of a property, the code, the loop and the conditions', () => {
    expect(selectorOf('settings.input.url')).toBe('pw-property-field[data-field="url"]');
    expect(selectorOf('settings.input.headers.accept')).toBe('pw-property-field[data-field="headers"]');
    expect(selectorOf('settings.sourceCode.code')).toBe('pw-code-editor');
    expect(selectorOf('settings.items')).toBe('pw-loop-settings');
  });
});

describe('focusWhenThere', () => {
  it('waits for a field that is not there yet', async () => {
    const form = document.createElement('div');
    document.body.append(form);
    const stop = focusWhenThere(form, 'settings.input.url');
    form.innerHTML = '<pw-property-field data-field="url"><input /></pw-property-field>';
    await vi.waitFor(() => expect(document.activeElement).toBe(form.querySelector('input')));
    stop();
    form.remove();
  });
});
