import { type FormInput, fieldKey, fieldsOf, firstValues, formData, missing } from './form-fields';

const INPUTS: FormInput[] = [
  { displayName: 'Your Name', type: 'text', description: '', required: true },
  { displayName: 'Message', type: 'text_area', description: '', required: false },
  { displayName: 'Newsletter', type: 'toggle', description: '', required: true },
  { displayName: 'Photo', type: 'file', description: '', required: true },
];
const FIELDS = fieldsOf(INPUTS);

describe('the fields of a form', () => {
  it.each([
    ['Name', 'name'],
    ['Your Name', 'yourName'],
    ['Your e-mail  address', 'yourE-mailAddress'],
    ['E-MAIL', 'e-mail'],
    ['Size (cm)', 'size (cm)'],
    ['Ada\'s "best" \\ idea', 'adas best Idea'],
    ['Größe des Bildes', 'größeDesBildes'],
    ['Two\nlines', 'twoLines'],
    ['2 files', '2Files'],
  ])('have the keys of the piece: %s', (name, key) => {
    expect(fieldKey(name)).toBe(key);
  });

  it('begin with what the address says', () => {
    const query = new URLSearchParams('YOURNAME=Ada&newsletter=yes&photo=x&other=y');
    expect(firstValues(FIELDS, query)).toEqual({ yourName: 'Ada', message: '', newsletter: true, photo: undefined });
  });

  it('tell which required ones are empty', () => {
    expect([...missing(FIELDS, { yourName: '  ', newsletter: false })]).toEqual(['yourName', 'photo']);
    expect([...missing(FIELDS, { yourName: 'Ada', photo: new File([], 'a.png') })]).toEqual([]);
  });

  it('travel as a multipart form', () => {
    const photo = new File(['x'], 'a.png');
    const data = formData([...FIELDS, ...FIELDS], { yourName: 'Ada', message: '', newsletter: false, photo });
    expect([...data.keys()]).toEqual(['yourName', 'message', 'newsletter', 'photo']);
    expect(data.get('newsletter')).toBe('false');
    expect((data.get('photo') as File).name).toBe('a.png');
    expect(formData(FIELDS, { yourName: 'Ada' }).has('photo')).toBe(false);
  });
});
