/** Finds the field of a path (`settings.input.url`) in the step's form and puts the cursor into it. */
const PATIENCE_MILLISECONDS = 5000;
const FOCUSABLE = '.cm-content, [role="textbox"], input:not([type="hidden"]), textarea, select, [role="combobox"], button';

/** Forms are made from metadata that may still be loading: the field gets the focus once it is there. Returns what ends the waiting. */
export function focusWhenThere(form: HTMLElement, path: string): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined = undefined;
  const observer = new MutationObserver(() => attempt());
  const stop = () => {
    observer.disconnect();
    clearTimeout(timer);
  };
  const attempt = () => {
    const field = form.querySelector(selectorOf(path))?.querySelector<HTMLElement>(FOCUSABLE);
    if (!field) return;
    stop();
    field.focus();
    field.scrollIntoView?.({ block: 'nearest' });
  };
  observer.observe(form, { childList: true, subtree: true });
  timer = setTimeout(stop, PATIENCE_MILLISECONDS);
  attempt();
  return stop;
}

/** Where the field of a path is in the form. */
export function selectorOf(path: string): string {
  const [, area = '', name = ''] = path.split('.');
  if (area === 'input' && name === 'auth') return '.connection';
  if (area === 'input') return `pw-property-field[data-field="${CSS.escape(name)}"]`;
  if (area === 'sourceCode') return 'pw-code-editor';
  if (area === 'items') return 'pw-loop-settings';
  if (area === 'branches') return 'pw-router-settings pw-condition-editor, pw-router-settings';
  return 'header';
}
