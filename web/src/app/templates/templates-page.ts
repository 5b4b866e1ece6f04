import { Component, computed, inject, input, linkedSignal, resource } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatChipsModule } from '@angular/material/chips';
import { MatDialog } from '@angular/material/dialog';
import { MatFormFieldModule } from '@angular/material/form-field';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { MatSelectModule } from '@angular/material/select';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiCloudAlertOutline, mdiShapeOutline } from '@mdi/js';
import { firstValueFrom } from 'rxjs';
import { Api, ok } from '../api/api';
import type { Template } from '../api/schema';
import { EmptyState } from '../design/empty-state';
import { ProblemText } from '../design/notify';
import { PageHeader } from '../design/page-header';
import { SearchField } from '../design/search-field';
import { TemplateCard } from './template-card';
import { categoriesOf, matches } from './template-matches';

const TYPING_PAUSE = 250;
const ALL = 1000;

/** The gallery: the platform's own templates, then those that come with the program. Search and category stand in the address. */
@Component({
  selector: 'pw-templates-page',
  imports: [
    EmptyState,
    MatButtonModule,
    MatChipsModule,
    MatFormFieldModule,
    MatProgressBarModule,
    MatSelectModule,
    PageHeader,
    SearchField,
    TemplateCard,
    TranslocoDirective,
  ],
  templateUrl: './templates-page.html',
  styleUrl: './templates-page.scss',
})
export class TemplatesPage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly problems = inject(ProblemText);

  // The query of the address.
  readonly q = input<string>();
  readonly category = input<string>();

  protected readonly templates = resource({ loader: () => this.read() });
  private readonly all = computed(() => (this.templates.hasValue() ? this.templates.value() : []));
  protected readonly categories = computed(() => categoriesOf(this.all()));
  protected readonly typed = linkedSignal(() => this.q() ?? '');
  protected readonly shown = computed(() => matches(this.all(), this.typed(), this.category() ?? ''));
  protected readonly failure = computed(() => this.problems.of(this.templates.error()));
  protected readonly icons = { offline: mdiCloudAlertOutline, templates: mdiShapeOutline };
  private typing: ReturnType<typeof setTimeout> | undefined;

  protected search(text: string): void {
    this.typed.set(text); // the list is here already and follows at once; the address follows when the typing rests
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.ask({ q: text.trim() || null }), TYPING_PAUSE);
  }

  /** Puts something into the query of the address. */
  protected ask(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected async open(template: Template): Promise<void> {
    const { TemplateDialog } = await import('./template-dialog');
    const dialog = this.dialog.open<unknown, Template, boolean>(TemplateDialog, { data: template, width: '600px', maxWidth: '96vw' });
    if (await firstValueFrom(dialog.afterClosed())) this.templates.reload();
  }

  private async read(): Promise<Template[]> {
    const [own, official] = await Promise.all([
      ok(this.api.GET('/templates', { params: { query: { type: 'CUSTOM', limit: ALL } } })),
      ok(this.api.GET('/templates', { params: { query: { type: 'OFFICIAL', limit: ALL } } })),
    ]);
    return [...own.data.filter((template) => template.status === 'PUBLISHED'), ...official.data];
  }
}
