/** What the template of the canvas draws: the layout with its words. */
import type { Step } from '../model/step';
import type { Box, Edge, Label, Layout, Plus } from './layout';
import type { Texts } from './texts';

export type ItemView =
  | { kind: 'step'; key: string; box: Box }
  | { kind: 'plus'; key: string; plus: Plus; name: string; pasteName: string }
  | { kind: 'label'; key: string; label: Label; step: Step };

/** The items in the order of reading, with accessible names. */
export function itemViews(
  drawn: Layout | null,
  boxes: ReadonlyMap<string, Box>,
  steps: ReadonlyMap<string, Step>,
  texts: Texts,
): ItemView[] {
  return (drawn?.items ?? []).flatMap((item): ItemView[] => {
    if (item.kind === 'step') {
      const box = boxes.get(item.name);
      return box ? [{ kind: 'step', key: `step:${item.name}`, box }] : [];
    }
    const step = steps.get(item.kind === 'plus' ? item.place.parent : item.owner);
    if (!step) return [];
    if (item.kind === 'label') return [{ kind: 'label', key: item.key, label: item, step }];
    const where = texts.whereIs(step, item.place);
    return [{ kind: 'plus', key: item.key, plus: item, name: texts.t('plus.add', { where }), pasteName: texts.t('plus.paste', { where }) }];
  });
}

/** All lines as two paths, and the tips of those that lead back as a third: cheap to draw, however many there are. */
export function drawnLines(edges: readonly Edge[]): { down: string; back: string; tips: string } {
  const paths = (kind: Edge['kind']) =>
    edges
      .filter((edge) => edge.kind === kind)
      .map((edge) => edge.path)
      .join('');
  const tips = edges.flatMap(({ tip }) => (tip ? [`M${tip.x - 7} ${tip.y - 4.5}L${tip.x} ${tip.y}L${tip.x - 7} ${tip.y + 4.5}Z`] : []));
  return { down: paths('down'), back: paths('back'), tips: tips.join('') };
}
