import { provideZonelessChangeDetection } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { messages } from '../../i18n/en';
import type { PopulatedFlow, TriggerFailures } from '../api/schema';
import { Pieces } from '../design/pieces';
import { Session } from '../session/session';
import { FlowRow } from './flow-row';

const FLOW = {
  id: 'flow',
  status: 'DISABLED',
  publishedVersionId: 'v1',
  updated: '2026-01-01T00:00:00Z',
  version: {
    id: 'v2',
    displayName: 'Orders',
    valid: true,
    trigger: { name: 'trigger', type: 'PIECE_TRIGGER', settings: { pieceName: '@activepieces/piece-webhook' } },
  },
} as unknown as PopulatedFlow;

async function render(flow: PopulatedFlow, failures?: TriggerFailures) {
  TestBed.configureTestingModule({
    imports: [TranslocoTestingModule.forRoot({ langs: { en: messages }, translocoConfig: { defaultLang: 'en', availableLangs: ['en'] } })],
    providers: [
      provideZonelessChangeDetection(),
      provideRouter([]),
      { provide: Session, useValue: { isAdministrator: () => false } },
      { provide: Pieces, useValue: { byName: () => new Map(), displayName: (piece: string) => piece } },
    ],
  });
  const fixture = TestBed.createComponent(FlowRow);
  fixture.componentRef.setInput('flow', flow);
  fixture.componentRef.setInput('failures', failures);
  await fixture.whenStable();
  return { fixture, row: fixture.nativeElement as HTMLElement };
}

describe('FlowRow', () => {
  it('leads to the flow and says how far it is', async () => {
    const { row } = await render(FLOW);
    expect(row.querySelector('a')?.getAttribute('href')).toBe('/flows/flow');
    expect(row.textContent).toContain('Unpublished changes');
    expect(row.querySelector('pw-piece-chain')?.getAttribute('aria-label')).toBe('@activepieces/piece-webhook');
  });

  it('marks a flow whose trigger fails, says why and since when, and leads to the trigger', async () => {
    const failures = { flowId: 'flow', projectId: 'p', failures: 3, failingSince: '2026-01-01T12:00:00.000Z', error: 'No harbour' };
    const { fixture, row } = await render({ ...FLOW, status: 'ENABLED' }, failures);
    const mark = row.querySelector<HTMLElement>('a.failing');
    expect(mark?.getAttribute('aria-label')).toBe('Trigger fails: Orders');
    expect(mark?.getAttribute('href')).toBe('/flows/flow?step=trigger');
    const described = document.getElementById(mark?.getAttribute('aria-describedby') ?? '')?.textContent;
    expect(described).toMatch(/^Failing since .+, 3 times in a row\. No harbour$/);
    fixture.componentRef.setInput('flow', FLOW); // it is switched off
    await fixture.whenStable();
    expect(row.querySelector('a.failing')).toBeNull();
  });

  it('asks for the other status and keeps showing the one that the server gave', async () => {
    const { fixture, row } = await render(FLOW);
    const wishes: string[] = [];
    fixture.componentInstance.statusWanted.subscribe((status) => wishes.push(status));
    const toggle = row.querySelector<HTMLButtonElement>('button[role=switch]');
    toggle?.click();
    await fixture.whenStable();
    expect(wishes).toEqual(['ENABLED']);
    expect(toggle?.getAttribute('aria-checked')).toBe('false');
  });
});
