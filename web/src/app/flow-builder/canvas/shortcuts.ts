/** The keys of the canvas: which command a key press means, and the list that the help shows. */

export type Command =
  | 'undo'
  | 'redo'
  | 'copy'
  | 'cut'
  | 'duplicate'
  | 'delete'
  | 'skip'
  | 'rename'
  | 'open'
  | 'add'
  | 'all'
  | 'clear'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomReset'
  | 'fit'
  | 'help';

type Keys = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;

const WITH_CONTROL: Record<string, Command> = {
  z: 'undo',
  y: 'redo',
  c: 'copy',
  x: 'cut',
  d: 'duplicate',
  e: 'skip',
  a: 'all',
};

const ALONE: Record<string, Command> = {
  d: 'duplicate',
  e: 'skip',
  a: 'add',
  '/': 'add',
  '+': 'zoomIn',
  '=': 'zoomIn',
  '-': 'zoomOut',
  '0': 'zoomReset',
  '1': 'fit',
  '?': 'help',
  f2: 'rename',
  enter: 'open',
  escape: 'clear',
  delete: 'delete',
  backspace: 'delete',
  arrowup: 'up',
  arrowdown: 'down',
  arrowleft: 'left',
  arrowright: 'right',
};

/** The command of a key press, if it is one. Pasting is none: the browser's own event brings the text. */
export function commandOf(event: Keys): Command | undefined {
  if (event.altKey) return undefined;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return key === 'z' && event.shiftKey ? 'redo' : WITH_CONTROL[key];
  if (event.shiftKey && event.code === 'Digit1') return 'fit';
  return ALONE[key];
}

/** Whether a command leaves the flow as it is: these work where nothing can be edited, too. */
export function isHarmless(command: Command): boolean {
  return ['copy', 'open', 'all', 'clear', 'up', 'down', 'left', 'right', 'zoomIn', 'zoomOut', 'zoomReset', 'fit', 'help'].includes(command);
}

/** The groups of the help: a message's key with the keys that it tells of. `Mod` is Ctrl, or ⌘ on a Mac. */
export const HELP: readonly { group: string; entries: readonly { what: string; keys: readonly string[] }[] }[] = [
  {
    group: 'steps',
    entries: [
      { what: 'move', keys: ['↑', '↓', '←', '→'] },
      { what: 'open', keys: ['Enter'] },
      { what: 'add', keys: ['A', '/'] },
      { what: 'rename', keys: ['F2'] },
      { what: 'skip', keys: ['E'] },
      { what: 'delete', keys: ['Del'] },
      { what: 'clear', keys: ['Esc'] },
    ],
  },
  {
    group: 'clipboard',
    entries: [
      { what: 'copy', keys: ['Mod C'] },
      { what: 'cut', keys: ['Mod X'] },
      { what: 'paste', keys: ['Mod V'] },
      { what: 'duplicate', keys: ['D'] },
      { what: 'all', keys: ['Mod A'] },
      { what: 'undo', keys: ['Mod Z'] },
      { what: 'redo', keys: ['Mod Shift Z', 'Mod Y'] },
    ],
  },
  {
    group: 'view',
    entries: [
      { what: 'zoom', keys: ['+', '−'] },
      { what: 'zoomReset', keys: ['0'] },
      { what: 'fit', keys: ['1'] },
      { what: 'pan', keys: ['drag', 'space'] },
      { what: 'wheelZoom', keys: ['Mod wheel'] },
      { what: 'several', keys: ['Shift drag'] },
      { what: 'help', keys: ['?'] },
    ],
  },
];

/** Whether a key press or a paste belongs to something that takes text. */
export function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], .cm-editor') !== null;
}
