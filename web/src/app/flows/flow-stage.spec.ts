import { stageOf } from './flow-stage';

describe('stageOf', () => {
  it('tells drafts, changes and what is published', () => {
    const stage = (publishedVersionId: string | null, valid: boolean) => stageOf({ publishedVersionId, version: { id: 'v2', valid } });
    expect(stage(null, true)).toBe('draft');
    expect(stage(null, false)).toBe('incompleteDraft');
    expect(stage('v1', true)).toBe('changed');
    expect(stage('v1', false)).toBe('incompleteChange');
    expect(stage('v2', true)).toBe('published');
  });
});
