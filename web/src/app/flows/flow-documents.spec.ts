import { DocumentProblem, readDocuments } from './flow-documents';

const TRIGGER = { name: 'trigger', type: 'EMPTY', settings: {} };
const FLOW = { displayName: 'A', trigger: TRIGGER, schemaVersion: '20', notes: [{ id: 'n' }], valid: true };
const REQUEST = { displayName: 'A', trigger: TRIGGER, schemaVersion: '20', notes: [{ id: 'n' }] };

function fault(text: string): string {
  try {
    readDocuments(text);
  } catch (error) {
    if (error instanceof DocumentProblem) return error.fault;
  }
  return 'none';
}

describe('readDocuments', () => {
  it('reads every shape that flows travel in', () => {
    const read = (document: object) => readDocuments(JSON.stringify(document));
    expect(read({ name: 'T', flows: [FLOW, { ...FLOW, displayName: 'B' }] })).toEqual([REQUEST, { ...REQUEST, displayName: 'B' }]);
    expect(read({ name: 'Old', template: { trigger: TRIGGER } })).toEqual([
      { displayName: 'Old', trigger: TRIGGER, schemaVersion: null, notes: [] },
    ]);
    expect(read({ name: 'Old', template: FLOW })).toEqual([REQUEST]);
    expect(read({ id: 'x', version: FLOW })).toEqual([REQUEST]);
    expect(read(FLOW)).toEqual([REQUEST]);
    expect(readDocuments(`\uFEFF${JSON.stringify(FLOW)}`)).toEqual([REQUEST]);
  });

  it('says what is wrong', () => {
    expect(fault('{')).toBe('notJson');
    expect(fault('[]')).toBe('notAFlow');
    expect(fault('{"flows": []}')).toBe('notAFlow');
    expect(fault('{"flows": [1]}')).toBe('notAFlow');
    expect(fault('{"trigger": {}}')).toBe('noName');
    expect(fault('{"displayName": "A", "trigger": 1}')).toBe('noTrigger');
    expect(fault('{"displayName": "A", "trigger": {}, "schemaVersion": 20}')).toBe('notAFlow');
  });
});
