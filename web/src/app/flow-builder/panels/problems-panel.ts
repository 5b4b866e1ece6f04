import { Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiAlertOutline, mdiCheckCircleOutline } from '@mdi/js';
import type { FlowProblem } from '../../api/schema';
import { EmptyState } from '../../design/empty-state';
import { Icon } from '../../design/icon';
import { InstallPiece } from '../../design/install-piece';
import { PieceIcon } from '../../design/piece-icon';
import { FlowBuilder } from '../flow-builder';
import type { Step } from '../model/step';
import { RunMode } from '../run-mode/run-mode';
import { iconOf } from '../run-mode/step-look';
import { PanelHead } from './panel-head';
import { Problems } from './problems';

interface Group {
  step: Step;
  problems: readonly FlowProblem[];
  /** The piece that has to be installed first. */
  missing: { piece: string; version: string } | undefined;
}

/** What keeps the flow from being published, and what would give nothing, by step. A click leads there. */
@Component({
  selector: 'pw-problems-panel',
  imports: [EmptyState, Icon, InstallPiece, PanelHead, PieceIcon, TranslocoDirective],
  templateUrl: './problems-panel.html',
  styleUrl: './problems-panel.scss',
})
export class ProblemsPanel {
  private readonly builder = inject(FlowBuilder);
  private readonly runMode = inject(RunMode);
  protected readonly problems = inject(Problems);

  protected readonly icons = { done: mdiCheckCircleOutline, error: mdiAlertCircleOutline, warning: mdiAlertOutline };
  protected readonly iconOf = iconOf;
  private readonly steps = computed(() => this.builder.steps());
  protected readonly groups = computed<Group[]>(() => {
    const all = this.problems.all();
    return [...new Set(all.map((problem) => problem.step))].flatMap((name) => {
      const step = this.steps().get(name);
      const problems = all.filter((problem) => problem.step === name);
      return step ? [{ step, problems, missing: missingPiece(step, problems) }] : []; // a step that was deleted a moment ago
    });
  });

  /** The server's sentence with the steps' display names in it. */
  protected text(problem: FlowProblem): string {
    const text = problem.message.replace(/\b[A-Za-z_]\w*\b/g, (word) => {
      const name = this.steps().get(word)?.displayName ?? (/^step_\d+$/.test(word) ? word : undefined);
      return name && word !== 'trigger' ? `“${name}”` : word;
    });
    return text.charAt(0).toUpperCase() + text.slice(1);
  }

  /** Opens the step at the field. */
  protected go(problem: FlowProblem): void {
    if (this.builder.view().kind === 'version') this.builder.view.set({ kind: 'edit' });
    if (this.runMode.isOpen()) return this.runMode.edit(problem.step);
    this.builder.select(problem.step);
    this.builder.focusField.set(problem.path);
  }
}

/** A step whose piece, or whose version of it, is not installed has its problem at the field that names it. */
function missingPiece({ settings }: Step, problems: readonly FlowProblem[]): Group['missing'] {
  const { pieceName: piece, pieceVersion: version } = settings;
  const isMissing = problems.some(({ path }) => path === 'settings.pieceName' || path === 'settings.pieceVersion');
  return isMissing && piece && version ? { piece, version } : undefined;
}
