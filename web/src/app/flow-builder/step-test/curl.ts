/** A line for a shell that calls a webhook as its trigger wants to be called. */
export function curlLine(url: string, input: Record<string, unknown>): string {
  const parts = ['curl -X POST', quoted(url), "-H 'content-type: application/json'", ...credentials(input), `-d '{"name": "Ada"}'`];
  return parts.join(' ');
}

function credentials({ authType, authFields }: Record<string, unknown>): string[] {
  const fields = (authFields ?? {}) as Record<string, unknown>;
  const field = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  if (authType === 'basic') return ['-u', quoted(`${field('username')}:${field('password')}`)];
  if (authType === 'header') return ['-H', quoted(`${field('headerName')}: ${field('headerValue')}`)];
  return [];
}

/** A word for a POSIX shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
