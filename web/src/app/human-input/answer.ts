/** What a flow has answered, in the shapes of the step "Respond on UI" and of plain webhook responses. */

export interface AnswerFile {
  name: string;
  url: string;
  isImage: boolean;
}

/** A text in Markdown (may be empty) and files; undefined: the flow has taken the message and says nothing. */
export interface Answer {
  text: string;
  files: AnswerFile[];
}

/**
 * Reads an answer's body: `{type: "markdown", value, files?}`, `{type: "file", value}`, or what a plain response gives: a text, or the `message` of
 * an object. Other JSON is shown as it is.
 */
export function answerOf(body: unknown): Answer | undefined {
  if (body === null || body === undefined || body === '') return undefined;
  if (typeof body === 'string') return { text: body, files: [] };
  if (isRecord(body)) {
    const value = body['value'];
    if (body['type'] === 'file') return { text: '', files: filesOf([value]) };
    if (body['type'] === 'markdown') return said(typeof value === 'string' ? value : '', filesOf(body['files']));
    if (typeof body['message'] === 'string') return { text: body['message'], files: [] };
    if (Object.keys(body).length === 0) return undefined;
  }
  return { text: '```json\n' + JSON.stringify(body, null, 2) + '\n```', files: [] };
}

function said(text: string, files: AnswerFile[]): Answer | undefined {
  return text || files.length > 0 ? { text, files } : undefined;
}

/** Files by URL (`{url, mimeType, fileName?}`), or with their contents (`{base64Url, fileName}`), as older pieces send them. */
function filesOf(list: unknown): AnswerFile[] {
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).flatMap((file): AnswerFile[] => {
    const url = [file['url'], file['base64Url']].find((each): each is string => typeof each === 'string' && /^(https?:|data:)/i.test(each));
    if (!url) return [];
    const kind = typeof file['mimeType'] === 'string' ? file['mimeType'] : (/^data:([^;,]*)/i.exec(url)?.[1] ?? '');
    return [{ url, name: nameOf(file['fileName'], url), isImage: IMAGE.test(kind) && mayBeShown(url) }];
  });
}

/** Whether the page's policy lets this picture in (server/api/web.py): its own, those behind https, and those that are in the answer. */
function mayBeShown(url: string): boolean {
  return /^(https:|data:)/i.test(url) || new URL(url).origin === location.origin;
}

function nameOf(given: unknown, url: string): string {
  if (typeof given === 'string' && given.trim()) return given.trim();
  const last = url.startsWith('data:') ? '' : (new URL(url).pathname.split('/').pop() ?? '');
  return last.includes('.') ? decodeURIComponent(last) : '';
}

const IMAGE = /^image\/(png|jpeg|gif|webp|avif|svg\+xml)$/;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
