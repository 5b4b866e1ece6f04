// Answers lines of JSON {draft, operations} with {drafts, inverses}: the builder's model, outside a browser.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const { apply, inverse } = await import(pathToFileURL(process.argv[2]));
for await (const line of createInterface({ input: process.stdin })) {
  const { draft, operations } = JSON.parse(line);
  let current = draft;
  const inverses = [];
  for (const operation of operations) {
    inverses.push(inverse(current, operation));
    current = apply(current, operation);
  }
  process.stdout.write(`${JSON.stringify({ draft: current, inverses })}\n`);
}
