import { provideZonelessChangeDetection } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { TranslocoTestingModule } from '@jsverse/transloco';
import { messages } from '../../i18n/en';
import type { PopulatedFlow } from '../api/schema';
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

async function render(flow: PopulatedFlow) {
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
