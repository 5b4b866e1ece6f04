import { chatData, newConversation, remember, remembered } from './conversation';

describe('a conversation', () => {
  afterEach(() => sessionStorage.clear());

  it('has a session of its own', () => {
    const [one, other] = [newConversation(), newConversation()];
    expect(one.sessionId).toMatch(/^[\w-]{21}$/);
    expect(one.sessionId).not.toBe(other.sessionId);
  });

  it('is there after a reload', () => {
    const kept = { ...newConversation(), messages: [{ from: 'person' as const, text: 'Hello', files: ['a.png'] }] };
    remember('chat', kept);
    expect(remembered('chat')).toEqual(kept);
    expect(remembered('other').messages).toEqual([]);
  });

  it('begins anew where what is kept makes no sense', () => {
    for (const nonsense of ['{', '7', '{"sessionId":1}', '{"sessionId":"x"}']) {
      sessionStorage.setItem('chat', nonsense);
      expect(remembered('chat').messages).toEqual([]);
    }
  });

  it('sends what the trigger reads', () => {
    const data = chatData('s1', 'Look', [new File(['a'], 'a.txt'), new File(['b'], 'b.txt')]);
    expect([...data.keys()]).toEqual(['chatId', 'message', 'file[0]', 'file[1]']);
    expect((data.get('file[1]') as File).name).toBe('b.txt');
  });
});
