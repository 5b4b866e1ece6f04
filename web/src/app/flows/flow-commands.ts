/** What the flows page does with one flow or several: asks where there is something to ask, does it, says what came of it. */
import { Injectable, inject, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { TranslocoService } from '@jsverse/transloco';
import { firstValueFrom } from 'rxjs';
import type { Folder, PopulatedFlow } from '../api/schema';
import { Confirm } from '../design/confirm';
import { download } from '../design/download';
import { Notify, ProblemText } from '../design/notify';
import { AskName } from '../design/ask-name';
import { type Outcome, each } from './bulk';
import type { FailureReport } from './failures-dialog';
import { fileNames } from './file-names';
import { FlowActions, type FlowStatus } from './flow-actions';
import { FlowList } from './flow-list';
import { stageOf } from './flow-stage';
import { FolderList } from './folder-list';
import type { ImportOrder } from './import-dialog';
import type { MoveAnswer, MoveQuestion } from './move-dialog';
import { zip } from './zip';

/** A flow that cannot be enabled, because nobody has published it yet. */
class NeverPublished extends Error {}

@Injectable()
export class FlowCommands {
  private readonly actions = inject(FlowActions);
  private readonly list = inject(FlowList);
  private readonly folders = inject(FolderList);
  private readonly dialog = inject(MatDialog);
  private readonly confirm = inject(Confirm);
  private readonly askName = inject(AskName);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly router = inject(Router);
  private readonly transloco = inject(TranslocoService);

  /** Whether something is being done with several flows. */
  readonly isBusy = signal(false);

  async create(folderId: string | null): Promise<void> {
    await this.notify.attempt(async () => {
      const flow = await this.actions.create(this.say('flows.untitled'), folderId);
      await this.router.navigate(['/flows', flow.id]);
    });
  }

  async rename(flow: PopulatedFlow): Promise<void> {
    await this.askName.ask({
      heading: this.say('flows.renameFlow'),
      name: flow.version.displayName,
      yes: this.say('flows.rename'),
      action: async (name) => this.list.take(await this.actions.rename(flow.id, name)),
    });
  }

  async duplicate(flow: PopulatedFlow): Promise<void> {
    await this.notify.attempt(async () => {
      const copy = await this.actions.duplicate(flow, this.say('flows.copyOf', { name: flow.version.displayName }));
      await this.list.refresh();
      this.notify.done(this.say('flows.duplicated', { name: copy.version.displayName }));
    });
  }

  /** Enables or disables one flow, or says what has to be done before. */
  async setStatus(flow: PopulatedFlow, status: FlowStatus): Promise<void> {
    if (status === 'ENABLED' && !flow.publishedVersionId) return this.publishFirst(flow);
    await this.notify.attempt(async () => {
      const changed = await this.actions.setStatus(flow.id, status);
      this.list.take(changed);
      this.notify.done(this.say(status === 'ENABLED' ? 'flows.nowEnabled' : 'flows.nowDisabled', { name: flow.version.displayName }));
    });
  }

  async setStatuses(flows: readonly PopulatedFlow[], status: FlowStatus): Promise<void> {
    const outcome = await this.forEach(flows, async (flow) => {
      if (status === 'ENABLED' && !flow.publishedVersionId) throw new NeverPublished();
      this.list.take(await this.actions.setStatus(flow.id, status));
    });
    this.report(outcome, status === 'ENABLED' ? 'flows.done.enable' : 'flows.done.disable');
  }

  async move(flows: readonly PopulatedFlow[]): Promise<void> {
    const { MoveDialog } = await import('./move-dialog');
    const first = flows[0];
    const question: MoveQuestion = {
      count: flows.length,
      name: first?.version.displayName ?? '',
      folders: this.folders.folders(),
      current: first && flows.every((flow) => flow.folderId === first.folderId) ? first.folderId : null,
    };
    const dialog = this.dialog.open<unknown, MoveQuestion, MoveAnswer>(MoveDialog, { data: question, width: '420px' });
    const answer = await firstValueFrom(dialog.afterClosed());
    if (!answer) return;
    const outcome = await this.forEach(flows, (flow) => this.actions.move(flow.id, answer.folderId));
    await this.list.refresh();
    this.report(outcome, 'flows.done.move');
  }

  /** Gives the user a JSON file of a flow, or an archive of several. */
  async export(flows: readonly PopulatedFlow[]): Promise<void> {
    const texts = new Map<PopulatedFlow, string>();
    const outcome = await this.forEach(flows, async (flow) => texts.set(flow, await this.actions.exportText(flow.id)));
    const names = fileNames(
      outcome.done.map((flow) => flow.version.displayName),
      'json',
    );
    const files = outcome.done.map((flow, index) => ({ name: names[index] ?? '', content: texts.get(flow) ?? '' }));
    const [only] = files;
    if (flows.length === 1 && only) download(only.name, only.content);
    else if (only) download('flows.zip', zip(files), 'application/zip');
    this.report(outcome, 'flows.done.export');
  }

  async delete(flows: readonly PopulatedFlow[]): Promise<boolean> {
    const [only] = flows;
    if (!only) return false;
    const isSure = await this.confirm.ask({
      heading:
        flows.length === 1
          ? this.say('flows.deleteOne', { name: only.version.displayName })
          : this.say('flows.deleteMany', { count: flows.length }),
      text: this.count(flows.some((flow) => flow.status === 'ENABLED') ? 'flows.deleteEnabledText' : 'flows.deleteText', flows.length),
      yes: this.say('common.delete'),
      destructive: true,
    });
    if (!isSure) return false;
    const outcome = await this.forEach(flows, (flow) => this.actions.delete(flow.id));
    this.list.remove(outcome.done.map((flow) => flow.id));
    this.report(outcome, 'flows.done.delete');
    return true;
  }

  async import(folderId: string | null, files: readonly File[] = []): Promise<void> {
    const { ImportDialog } = await import('./import-dialog');
    const order: ImportOrder = { folderId, files };
    const dialog = this.dialog.open<unknown, ImportOrder, PopulatedFlow[]>(ImportDialog, { data: order, width: '640px', maxWidth: '96vw' });
    const imported = (await firstValueFrom(dialog.afterClosed())) ?? [];
    if (imported.length === 0) return;
    await this.list.refresh();
    this.notify.done(this.count('flows.done.import', imported.length));
  }

  async saveTemplate(flow: PopulatedFlow): Promise<void> {
    const { SaveTemplateDialog } = await import('./save-template-dialog');
    const dialog = this.dialog.open<unknown, PopulatedFlow, string>(SaveTemplateDialog, { data: flow, width: '560px', maxWidth: '96vw' });
    const name = await firstValueFrom(dialog.afterClosed());
    if (name) this.notify.done(this.say('flows.template.done', { name }));
  }

  async addFolder(): Promise<void> {
    let added: Folder | undefined;
    await this.askName.ask({
      heading: this.say('flows.newFolder'),
      name: '',
      yes: this.say('common.create'),
      action: async (name) => (added = await this.folders.create(name)),
    });
    if (added) this.showFolder(added.id);
  }

  async renameFolder(folder: Folder): Promise<void> {
    await this.askName.ask({
      heading: this.say('flows.renameFolder'),
      name: folder.displayName,
      yes: this.say('flows.rename'),
      action: (name) => this.folders.rename(folder.id, name),
    });
  }

  async deleteFolder(folder: Folder, isShown: boolean): Promise<void> {
    const isSure = await this.confirm.ask({
      heading: this.say('flows.deleteFolder', { name: folder.displayName }),
      text: folder.numberOfFlows ? this.count('flows.deleteFolderText', folder.numberOfFlows) : this.say('flows.deleteEmptyFolderText'),
      yes: this.say('common.delete'),
      destructive: true,
    });
    if (!isSure || !(await this.notify.attempt(() => this.folders.delete(folder.id)))) return;
    if (isShown) this.showFolder(null);
    else await this.list.refresh();
  }

  private showFolder(folder: string | null): void {
    void this.router.navigate(['/flows'], { queryParams: { folder }, queryParamsHandling: 'merge' });
  }

  private async publishFirst(flow: PopulatedFlow): Promise<void> {
    const isReady = stageOf(flow) === 'draft';
    const agrees = await this.confirm.ask({
      heading: this.say(isReady ? 'flows.publishFirst' : 'flows.finishFirst'),
      text: this.say(isReady ? 'flows.publishFirstText' : 'flows.finishFirstText', { name: flow.version.displayName }),
      yes: this.say(isReady ? 'flows.publishAndEnable' : 'flows.open'),
    });
    if (!agrees) return;
    if (!isReady) return void this.router.navigate(['/flows', flow.id]);
    await this.notify.attempt(async () => {
      this.list.take(await this.actions.publish(flow.id));
      this.notify.done(this.say('flows.nowEnabled', { name: flow.version.displayName }));
    });
  }

  private async forEach(
    flows: readonly PopulatedFlow[],
    action: (flow: PopulatedFlow) => Promise<unknown>,
  ): Promise<Outcome<PopulatedFlow>> {
    this.isBusy.set(true);
    try {
      return await each(flows, action);
    } finally {
      this.isBusy.set(false);
    }
  }

  /** Says how many it worked for, and names those for which it did not. */
  private report({ done, failed }: Outcome<PopulatedFlow>, message: string): void {
    const [only] = failed;
    if (!only) return this.notify.done(this.count(message, done.length));
    const report: FailureReport = {
      heading: this.say('flows.partly', { failed: failed.length, all: failed.length + done.length }),
      text: done.length > 0 ? this.count(message, done.length) : this.say('flows.noneDone'),
      failures: failed.map(({ item, error }) => ({ name: item.version.displayName, reason: this.reason(error) })),
    };
    void import('./failures-dialog').then(({ FailuresDialog }) => this.dialog.open(FailuresDialog, { data: report, width: '520px' }));
  }

  private reason(error: unknown): string {
    return error instanceof NeverPublished ? this.say('flows.neverPublished') : this.problems.of(error);
  }

  /** A message about a number of flows; it has a form for one and a form for any other number. */
  private count(key: string, count: number): string {
    return this.say(`${key}.${count === 1 ? 'one' : 'many'}`, { count });
  }

  private say(key: string, params: Record<string, unknown> = {}): string {
    return this.transloco.translate(key, params);
  }
}
