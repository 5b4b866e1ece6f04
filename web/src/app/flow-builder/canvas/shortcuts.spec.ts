import { commandOf, takesText } from './shortcuts';

const press = (key: string, more: Partial<KeyboardEvent> = {}) =>
  commandOf({ key, code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

describe('shortcuts', () => {
  it('knows the keys of editing with Ctrl and with ⌘', () => {
    expect(press('z', { ctrlKey: true })).toBe('undo');
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('redo');
    expect(press('y', { metaKey: true })).toBe('redo');
    expect(press('c', { metaKey: true })).toBe('copy');
    expect(press('v', { ctrlKey: true })).toBeUndefined();
  });

  it('knows the keys alone, whatever the keyboard makes of them', () => {
    expect(press('Delete')).toBe('delete');
    expect(press('F2')).toBe('rename');
    expect(press('?', { shiftKey: true })).toBe('help');
    expect(press('+', { shiftKey: true })).toBe('zoomIn');
    expect(press('!', { shiftKey: true, code: 'Digit1' })).toBe('fit');
    expect(press('a', { altKey: true })).toBeUndefined();
    expect(press('q')).toBeUndefined();
  });

  it('leaves alone what is typed', () => {
    document.body.innerHTML = '<input id="i"><div contenteditable id="e"><b id="b"></b></div><button id="o"></button>';
    const takes = (id: string) => takesText(document.getElementById(id));
    expect([takes('i'), takes('e'), takes('b'), takes('o'), takesText(null)]).toEqual([true, true, true, false, false]);
  });
});
