/** What can be inserted into a field, as a flat list: the steps before it and the values in their samples. */
import { type Key, token } from './expression';
import type { SampleData } from './sample-data';
import type { Suggestion } from './template-completion';
import type { ValueKind } from './template-input';
import { fits, places, preview } from './values';

const DEEPEST = 5;
const MOST_OF_A_STEP = 150;

export async function suggestionsFor(samples: SampleData, kind: ValueKind): Promise<Suggestion[]> {
  const sources = samples.sources();
  await Promise.all(sources.map((source) => samples.loadSource(source)));
  return sources.flatMap((source) => {
    const { name, displayName } = source.step;
    const sample = samples.output(source);
    const value = sample.state === 'ready' ? sample.value : undefined;
    const suggestion = (keys: Key[], each: unknown): Suggestion => ({
      label: [displayName, ...keys].join(' › '),
      preview: preview(each, 40),
      text: token({ root: name, keys }),
      fits: fits(kind, each),
    });
    const inner = places(value, () => true, MOST_OF_A_STEP).filter((place) => place.keys.length <= DEEPEST);
    return [suggestion([], value), ...inner.map((place) => suggestion(place.keys, place.value))];
  });
}
