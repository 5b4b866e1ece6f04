import { findInFiles, findInText } from './import-sources';
import { zip } from './zip';

const FLOW = JSON.stringify({ displayName: 'A', trigger: { name: 'trigger', type: 'EMPTY', settings: {} } });

describe('findInText', () => {
  it('finds flows with their steps', () => {
    const { flows, faults } = findInText('', FLOW);
    expect(flows.map((flow) => [flow.document.displayName, flow.steps.length])).toEqual([['A', 1]]);
    expect(faults).toEqual([]);
  });
});

describe('findInFiles', () => {
  it('reads documents and archives, and names what is neither', async () => {
    const files = [
      new File([FLOW], 'a.json'),
      new File(['{'], 'broken.json'),
      new File(
        [
          zip([
            { name: 'b.json', content: FLOW },
            { name: 'read.me', content: '' },
          ]),
        ],
        'all.zip',
      ),
      new File(['x'], 'bad.zip'),
    ];
    const { flows, faults } = await findInFiles(files);
    expect(flows.map((flow) => flow.source)).toEqual(['a.json', 'b.json']);
    expect(faults).toEqual([
      { source: 'broken.json', fault: 'notJson' },
      { source: 'bad.zip', fault: 'notZip' },
    ]);
  });
});
