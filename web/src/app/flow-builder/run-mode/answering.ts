/** Answering what a paused run waits for, in the place of whom it asked: ending a delay, deciding, or handing on the link. */
import { Injectable, inject, signal } from '@angular/core';
import { TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../../api/api';
import { Confirm } from '../../design/confirm';
import { Notify } from '../../design/notify';
import { isAnswer, resumePath } from '../../runs/view/waiting';
import type { ActOnWaiting } from '../../runs/view/waiting-list';
import { FlowBuilder } from '../flow-builder';
import { RunFacts } from './run-facts';
import { RunMode } from './run-mode';

@Injectable()
export class Answering {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly confirm = inject(Confirm);
  private readonly facts = inject(RunFacts);
  private readonly notify = inject(Notify);
  private readonly runMode = inject(RunMode);
  private readonly transloco = inject(TranslocoService);

  readonly isBusy = signal(false);

  async act({ waiting, action }: ActOnWaiting): Promise<void> {
    const run = this.builder.run();
    if (!run) return;
    const path = resumePath(run.id, waiting.waitpoint.id, action);
    if (isAnswer(action)) {
      if (await this.confirm.ask(this.question(action, waiting.step))) await this.answer(path);
    } else if (await this.notify.attempt(() => this.copy(path))) {
      this.notify.done(this.transloco.translate('runView.waits.copied'));
    }
  }

  private question(action: 'resume' | 'approve' | 'disapprove', step: string): { heading: string; text: string; yes: string } {
    return {
      heading: this.transloco.translate(`runView.waits.ask.${action}`, { step }),
      text: this.transloco.translate(`runView.waits.explain.${action}`),
      yes: this.transloco.translate(`runView.waits.action.${action}`),
    };
  }

  private async answer(path: string): Promise<void> {
    this.isBusy.set(true);
    try {
      await this.notify.attempt(async () => {
        await this.api.resume(path);
        await Promise.all([this.runMode.reload(), this.facts.refresh()]);
      });
    } finally {
      this.isBusy.set(false);
    }
  }

  /** The link as steps hand it out: with the address under which the server is known outside. */
  private async copy(path: string): Promise<void> {
    const flags = (await ok(this.api.GET('/flags'))) as Record<string, unknown>;
    const site = String(flags['PUBLIC_URL'] ?? document.baseURI);
    await navigator.clipboard.writeText(new URL(`api/v1/${path}`, site.endsWith('/') ? site : `${site}/`).href);
  }
}
