import { Component, inject, signal, viewChildren } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialogModule, MatDialogRef } from '@angular/material/dialog';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiTrayArrowUp } from '@mdi/js';
import type { PieceMetadata } from '../api/schema';
import { Icon } from '../design/icon';
import { PieceInstalls } from '../design/piece-installs';
import { ProblemText } from '../design/notify';
import { TextField, focusProblem } from '../design/text-field';
import { readPackage } from './package-archive';

const NAME = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;

/** Installs a piece: a version from the registry, or a package that is uploaded. Closes with the piece. For administrators. */
@Component({
  selector: 'pw-install-dialog',
  imports: [Icon, MatButtonModule, MatDialogModule, MatProgressBarModule, TextField, TranslocoDirective],
  templateUrl: './install-dialog.html',
  styleUrl: './install-dialog.scss',
})
export class InstallDialog {
  private readonly dialog = inject<MatDialogRef<InstallDialog, PieceMetadata>>(MatDialogRef);
  private readonly installs = inject(PieceInstalls);
  private readonly problems = inject(ProblemText);
  private readonly fields = viewChildren(TextField);

  protected readonly upload = mdiTrayArrowUp;
  protected readonly name = signal('');
  protected readonly version = signal('');
  protected readonly archive = signal<File | null>(null);
  protected readonly isDraggedOver = signal(false);
  protected readonly tried = signal(false);
  protected readonly isBusy = signal(false);
  protected readonly problem = signal('');
  /** Whether a file was given that is no package. */
  protected readonly isNoPackage = signal(false);

  /** `@scope/name@1.2.3`, as one copies it, is a name and a version. */
  protected nameGiven(text: string): void {
    const parts = /^(@?[^@\s]+)@([^@\s]+)$/.exec(text.trim());
    this.name.set(parts?.[1] ?? text);
    if (parts?.[2]) this.version.set(parts[2]);
  }

  protected nameProblem(): string {
    return this.tried() && !NAME.test(this.name().trim()) ? 'settings.pieces.install.nameWrong' : '';
  }

  protected versionProblem(): string {
    return this.tried() && !VERSION.test(this.version().trim()) ? 'settings.pieces.install.versionWrong' : '';
  }

  /** Takes a file: it says itself what it is. */
  protected async take(files: FileList | null | undefined): Promise<void> {
    this.isDraggedOver.set(false);
    const file = files?.[0];
    if (!file) return;
    const named = await readPackage(file.stream());
    this.isNoPackage.set(named === null);
    this.archive.set(named && file);
    this.problem.set('');
    if (!named) return;
    this.name.set(named.name);
    this.version.set(named.version);
  }

  protected withoutFile(): void {
    this.archive.set(null);
  }

  protected async install(): Promise<void> {
    this.tried.set(true);
    if (this.nameProblem() || this.versionProblem()) {
      setTimeout(() => focusProblem(this.fields()));
      return;
    }
    this.isBusy.set(true);
    this.problem.set('');
    this.dialog.disableClose = true;
    const [name, version, archive] = [this.name().trim(), this.version().trim(), this.archive()];
    try {
      this.dialog.close(await (archive ? this.installs.upload(name, version, archive) : this.installs.install(name, version)));
    } catch (error) {
      this.problem.set(this.problems.of(error));
    }
    this.dialog.disableClose = false;
    this.isBusy.set(false);
  }
}
