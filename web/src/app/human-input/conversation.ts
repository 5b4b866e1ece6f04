/** A conversation with a flow: its messages, kept in this tab so that a reload does not lose them. */
import type { Answer } from './answer';
import type { Refusal } from './webhook';

export type Message =
  | { from: 'person'; text: string; files: string[] }
  | { from: 'flow'; answer: Answer }
  | { from: 'page'; refusal: Refusal | 'silent'; told: string };

export interface Conversation {
  sessionId: string;
  messages: Message[];
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A conversation that nobody else can name. (`crypto.randomUUID` is only there in secure contexts, and servers at home have none.) */
export function newConversation(): Conversation {
  const bytes = crypto.getRandomValues(new Uint8Array(21));
  return { sessionId: [...bytes].map((byte) => LETTERS[byte & 63]).join(''), messages: [] };
}

export function remembered(key: string): Conversation {
  try {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? 'null') as Conversation | null;
    return typeof kept?.sessionId === 'string' && Array.isArray(kept.messages) ? kept : newConversation();
  } catch {
    return newConversation();
  }
}

/** What does not fit (an answer with a large file inside) is not remembered. */
export function remember(key: string, conversation: Conversation): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(conversation));
  } catch {
    sessionStorage.removeItem(key);
  }
}

export function chatData(sessionId: string, text: string, files: readonly File[]): FormData {
  const data = new FormData();
  data.append('chatId', sessionId);
  data.append('message', text);
  files.forEach((file, index) => data.append(`file[${index}]`, file));
  return data;
}
