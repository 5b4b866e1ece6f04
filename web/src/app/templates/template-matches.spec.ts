import type { Template } from '../api/schema';
import { categoriesOf, matches } from './template-matches';

const template = (name: string, summary: string, categories: string[]) =>
  ({ name, summary, description: '', categories }) as unknown as Template;
const REPORT = template('Daily report', 'Numbers every morning', ['SALES', 'ANALYTICS']);
const FORM = template('Check a form', 'Says what is wrong', ['MARKETING']);

describe('matches', () => {
  it('looks for every word, in any case', () => {
    expect(matches([REPORT, FORM], 'MORNING report', '')).toEqual([REPORT]);
    expect(matches([REPORT, FORM], 'report form', '')).toEqual([]);
    expect(matches([REPORT, FORM], ' ', '')).toEqual([REPORT, FORM]);
  });

  it('keeps to the category', () => {
    expect(matches([REPORT, FORM], '', 'MARKETING')).toEqual([FORM]);
    expect(categoriesOf([REPORT, FORM])).toEqual(['ANALYTICS', 'MARKETING', 'SALES']);
  });
});
