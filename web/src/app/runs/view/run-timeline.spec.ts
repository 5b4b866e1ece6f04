import { TestBed } from '@angular/core/testing';
import { TranslocoTestingModule } from '@jsverse/transloco';
import type { RunTimeline as Timeline } from '../../api/schema';
import { messages } from '../../../i18n/en';
import { RunTimeline } from './run-timeline';
import type { StepPlace } from './step-place';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const TIMELINE: Timeline = {
  runId: 'r',
  status: 'FAILED',
  queuedAt: at(0),
  startedAt: at(1),
  finishedAt: at(9),
  turns: [{ kind: 'BEGIN', queuedAt: at(0), claimedAt: at(1), endedAt: at(9), status: 'FAILED', lives: 2, waitsFor: null }],
  steps: [
    { name: 'each', type: 'LOOP_ON_ITEMS', legs: [{ startedAt: at(2), duration: 7000, status: 'FAILED', attempt: 1 }] },
    {
      name: 'each:2/x',
      type: 'PIECE',
      legs: [
        { startedAt: at(3), duration: 1000, status: 'FAILED', attempt: 1, errorMessage: 'no luck' },
        { startedAt: at(8), duration: 1000, status: 'FAILED', attempt: 2, errorMessage: 'again none' },
      ],
    },
  ],
  undelivered: [{ at: at(9), step: 'each:2/x', status: 201, reason: 'NOBODY_WAITS' }],
  waitpoints: [],
  leftOut: 3,
};

describe('RunTimeline', () => {
  function show(): { element: HTMLElement; chosen: StepPlace[]; text: () => string; press: (name: string) => void } {
    TestBed.configureTestingModule({
      imports: [
        TranslocoTestingModule.forRoot({ langs: { en: messages }, translocoConfig: { availableLangs: ['en'], defaultLang: 'en' } }),
      ],
    });
    const fixture = TestBed.createComponent(RunTimeline);
    fixture.componentRef.setInput('timeline', TIMELINE);
    fixture.componentRef.setInput('now', Date.parse(at(20)));
    fixture.componentRef.setInput('displayNames', { x: 'Send' });
    const chosen: StepPlace[] = [];
    fixture.componentInstance.choose.subscribe((place) => chosen.push(place));
    fixture.detectChanges();
    const element = fixture.nativeElement as HTMLElement;
    const text = () => (element.textContent ?? '').replace(/\s+/g, ' ');
    const press = (name: string) => {
      const buttons = [...element.querySelectorAll('button')];
      buttons.find((button) => (button.getAttribute('aria-label') ?? button.textContent ?? '').trim().startsWith(name))?.click();
      fixture.detectChanges();
    };
    return { element, chosen, text, press };
  }

  it('tells turns, lives, and responses that nobody got', () => {
    const { text } = show();
    for (const part of [
      'Start',
      'waited 1 s',
      'server lost 1×',
      '“Send · 2” answered with status 201.',
      'Nobody was waiting',
      '3 more steps',
    ])
      expect(text()).toContain(part);
  });

  it('chooses a step by its place, and opens its attempts', () => {
    const { element, chosen, text, press } = show();
    press('Send · 2');
    expect(chosen).toEqual([{ name: 'x', path: [['each', 1]] }]);
    expect(text()).not.toContain('no luck');
    press('Attempts at Send · 2');
    expect(text()).toContain('no luck');
    expect(text()).toContain('Attempt 2 · Failed');
    expect(element.querySelector('[aria-expanded="true"]')).not.toBeNull();
  });

  it('draws each stretch in its place', () => {
    const stretches = [...show().element.querySelectorAll<HTMLElement>('.step .track > span')];
    expect(stretches.map((stretch) => stretch.className)).toEqual(['around bad', 'attempt bad', 'retry', 'attempt bad']);
    expect(parseFloat(stretches[1]?.style.left ?? '')).toBeCloseTo(100 / 3);
  });
});
