import { humanPageOf, humanPageUrl } from './human-page';

describe('the page of a trigger', () => {
  it('is there for forms and chats', () => {
    const page = (pieceName: string, triggerName: string) => humanPageOf({ pieceName, triggerName });
    expect(page('@activepieces/piece-forms', 'form_submission')).toBe('form');
    expect(page('@activepieces/piece-forms', 'chat_submission')).toBe('chat');
    expect(page('@activepieces/piece-webhook', 'catch_webhook')).toBeUndefined();
    expect(humanPageOf(undefined)).toBeUndefined();
  });

  it('has an address below the application', () => {
    const base = document.baseURI;
    expect(humanPageUrl('form', 'f1')).toBe(new URL('forms/f1', base).href);
    expect(humanPageUrl('chat', 'f1', 'draft')).toBe(new URL('chats/f1?useDraft=true', base).href);
    expect(humanPageUrl('form', 'f1', 'sample')).toContain('useDraft=true&sample=true');
  });
});
