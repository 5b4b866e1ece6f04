import { Component, computed, inject, signal } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { Api, ok } from '../api/api';
import type { Template } from '../api/schema';
import { Confirm } from '../design/confirm';
import { Notify, ProblemText } from '../design/notify';
import { PieceIcon } from '../design/piece-icon';
import { stepsOf } from '../design/step-tree';
import { Session } from '../session/session';

/** What a template does, step by step, and the button that makes a flow of it. It closes with true when the template was deleted. */
@Component({
  selector: 'pw-template-dialog',
  imports: [MatButtonModule, MatDialogModule, PieceIcon, TranslocoDirective],
  templateUrl: './template-dialog.html',
  styleUrl: './template-dialog.scss',
})
export class TemplateDialog {
  protected readonly template = inject<Template>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<TemplateDialog, boolean>>(MatDialogRef);
  private readonly api = inject(Api);
  private readonly session = inject(Session);
  private readonly router = inject(Router);
  private readonly confirm = inject(Confirm);
  private readonly notify = inject(Notify);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);

  protected readonly paragraphs = this.template.description.split(/\n+/).filter((paragraph) => paragraph.trim());
  protected readonly steps = stepsOf(this.template.flows[0]?.['trigger']);
  protected readonly canDelete = computed(() => this.template.type !== 'OFFICIAL' && this.session.isAdministrator());
  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');

  /** Makes a flow of the template in the project and opens it. */
  protected async use(): Promise<void> {
    if (this.isBusy()) return;
    this.isBusy.set(true);
    this.problem.set('');
    try {
      const body = { displayName: this.template.name, projectId: this.session.projectId(), templateId: this.template.id };
      const flow = await ok(this.api.POST('/flows', { body }));
      this.dialog.close();
      await this.router.navigate(['/flows', flow.id]);
    } catch (error) {
      this.problem.set(this.problems.of(error));
      this.isBusy.set(false);
    }
  }

  protected async delete(): Promise<void> {
    const { id, name } = this.template;
    const isSure = await this.confirm.ask({
      heading: this.transloco.translate('templates.deleteQuestion', { name }),
      text: this.transloco.translate('templates.deleteText'),
      yes: this.transloco.translate('common.delete'),
      destructive: true,
    });
    if (!isSure || !(await this.notify.attempt(() => this.api.DELETE('/templates/{id}', { params: { path: { id } } })))) return;
    this.notify.done(this.transloco.translate('templates.deleted', { name }));
    this.dialog.close(true);
  }
}
