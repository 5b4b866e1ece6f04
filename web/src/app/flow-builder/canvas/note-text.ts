/** A note's text as blocks of marked words: a little Markdown, for templates that print it as text. What is not understood stays as it is. */

export interface Span {
  text: string;
  mark: 'plain' | 'bold' | 'italic' | 'code' | 'link';
  /** Of a link; http, https or mailto. */
  address?: string;
}

export interface Block {
  kind: 'heading' | 'bullet' | 'line';
  spans: Span[];
}

export function noteBlocks(content: string): Block[] {
  return content.split('\n').map((line): Block => {
    const heading = /^#{1,6}\s+(.*)$/.exec(line);
    if (heading) return { kind: 'heading', spans: noteSpans(heading[1] ?? '') };
    const bullet = /^\s*[-*+]\s+(.*)$/.exec(line);
    return bullet ? { kind: 'bullet', spans: noteSpans(bullet[1] ?? '') } : { kind: 'line', spans: noteSpans(line) };
  });
}

const MARKED =
  /\*\*(.+?)\*\*|__(.+?)__|\*([^*\s][^*]*)\*|`([^`]+)`|\[([^\]]+)\]\(((?:https?:\/\/|mailto:)[^\s)]+)\)|(https?:\/\/[^\s<>)]+)/g;

export function noteSpans(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    if (match.index > end) spans.push({ text: text.slice(end, match.index), mark: 'plain' });
    spans.push(marked(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) spans.push({ text: text.slice(end), mark: 'plain' });
  return spans;
}

function marked([, bold, strong, italic, code, linked, address, bare]: RegExpMatchArray): Span {
  if (bold ?? strong) return { text: (bold ?? strong) as string, mark: 'bold' };
  if (italic) return { text: italic, mark: 'italic' };
  if (code) return { text: code, mark: 'code' };
  return { text: (linked ?? bare) as string, mark: 'link', address: address ?? bare };
}
