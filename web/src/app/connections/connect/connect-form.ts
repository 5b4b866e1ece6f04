import {
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  untracked,
  viewChildren,
} from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { MatDialogModule } from '@angular/material/dialog';
import { MatProgressBarModule } from '@angular/material/progress-bar';
import { TranslocoDirective, TranslocoService } from '@jsverse/transloco';
import { ApiProblem } from '../../api/problem';
import type { Connection } from '../../api/schema';
import { Markdown } from '../../design/markdown';
import { ProblemText } from '../../design/notify';
import { type Choice, SelectField } from '../../design/select-field';
import { TextField } from '../../design/text-field';
import { Session } from '../../session/session';
import { AuthFieldInput } from './auth-field';
import { type AuthKind, initialValues, missingOf } from './auth-kinds';
import type { ConnectRequest } from './connect';
import { type Forms, type Sharing, type Wanted, Connecting } from './connecting';
import { type OAuthClient, connectionValue, externalIdOf, refusedFields } from './connection-value';
import { ConsentWindow, NoConsent, type OpenedConsent } from './consent-window';
import { OAuthClientFields, clientProblem } from './oauth-client-fields';
import { SharingFields } from './sharing-fields';

type Stage = 'idle' | 'consent' | 'saving';

/** What a service wants to know before it lets flows in, after the piece's metadata. The server tries it before it is saved. */
@Component({
  selector: 'pw-connect-form',
  imports: [
    AuthFieldInput,
    Markdown,
    MatButtonModule,
    MatDialogModule,
    MatProgressBarModule,
    OAuthClientFields,
    SelectField,
    SharingFields,
    TextField,
    TranslocoDirective,
  ],
  templateUrl: './connect-form.html',
  styleUrl: './connect-form.scss',
})
export class ConnectForm {
  readonly pieceName = input.required<string>();
  readonly forms = input.required<Forms>();
  readonly request = input.required<ConnectRequest>();
  readonly made = output<Connection>();
  readonly cancelled = output();

  protected readonly session = inject(Session);
  private readonly connecting = inject(Connecting);
  private readonly windows = inject(ConsentWindow);
  private readonly problems = inject(ProblemText);
  private readonly transloco = inject(TranslocoService);
  private readonly inputs = viewChildren(AuthFieldInput);

  protected readonly name = linkedSignal(() => this.request().again?.displayName ?? this.forms().displayName);
  protected readonly type = linkedSignal<string>(() => {
    const before = this.request().again?.type.replace('PLATFORM_', '');
    const kinds = this.forms().kinds;
    return kinds.find((kind) => kind.type === before)?.type ?? kinds[0]?.type ?? '';
  });
  protected readonly kind = computed<AuthKind | undefined>(() => this.forms().kinds.find((kind) => kind.type === this.type()));
  protected readonly types = computed<Choice[]>(() => this.forms().kinds.map((kind) => ({ value: kind.type, label: this.titleOf(kind) })));
  protected readonly values = linkedSignal<Record<string, unknown>>(() => initialValues(this.kind()?.fields ?? []));
  protected readonly client = linkedSignal<OAuthClient>(() => {
    const platformClientId = this.forms().platformClientId;
    const grant = this.kind()?.grants[0] ?? 'authorization_code';
    const isPlatforms = platformClientId !== '' && grant === 'authorization_code';
    return { isPlatforms, clientId: isPlatforms ? platformClientId : '', clientSecret: '', grant };
  });
  protected readonly sharing = linkedSignal<Sharing | null>(() => {
    const { again } = this.request();
    return again?.scope === 'PLATFORM' ? { projectIds: again.projectIds, forNewProjects: again.preSelectForNewProjects } : null;
  });
  /** A connection stays what it is, of a project or of several; a new one may be either, for those who may decide. */
  protected readonly canShare = computed(() => this.session.isAdministrator() && (!this.request().again || this.sharing() !== null));

  protected readonly stage = signal<Stage>('idle');
  private readonly opened = signal<OpenedConsent | undefined>(undefined);
  /** Whether the window of the service is out of sight: its answer may come still, or the person closed it and connects again. */
  protected readonly isOutOfSight = computed(() => this.stage() === 'consent' && !!this.opened()?.isOutOfSight());
  protected readonly isBusy = computed(() => this.stage() !== 'idle' && !this.isOutOfSight());
  protected readonly problem = signal('');
  private readonly tried = signal(false);
  private readonly refused = signal<Record<string, string>>({});
  protected readonly nameProblem = computed(() => (this.tried() && !this.name().trim() ? 'connect.nameMissing' : ''));
  protected readonly clientProblem = computed(() => (this.tried() ? clientProblem(this.client()) : ''));
  protected readonly fieldProblems = computed(() => {
    const missing = this.tried() ? missingOf(this.kind()?.fields ?? [], this.values()) : [];
    const needed: string = this.transloco.translate('connect.fieldMissing');
    return { ...this.refused(), ...Object.fromEntries(missing.map((name) => [name, needed])) };
  });
  private readonly needsConsent = computed(() => this.type() === 'OAUTH2' && this.client().grant === 'authorization_code');
  protected readonly submitLabel = computed(() => {
    if (!this.needsConsent()) return 'common.save';
    return this.isOutOfSight() ? 'connect.connectAgain' : 'connect.connect';
  });

  constructor() {
    effect(() => {
      this.type();
      untracked(() => this.startOver());
    });
    inject(DestroyRef).onDestroy(() => this.opened()?.abandon());
  }

  protected set(name: string, value: unknown): void {
    this.values.update((values) => ({ ...values, [name]: value }));
    this.refused.update((refused) => Object.fromEntries(Object.entries(refused).filter(([field]) => field !== name)));
  }

  protected async submit(): Promise<void> {
    const kind = this.kind();
    if (!kind || this.isBusy()) return;
    this.tried.set(true);
    this.problem.set('');
    const isClientMissing = kind.type === 'OAUTH2' && this.clientProblem() !== '';
    const isForNobody = this.sharing()?.projectIds.length === 0;
    if (this.nameProblem() || Object.keys(this.fieldProblems()).length > 0 || isClientMissing || isForNobody) return this.showProblem();
    try {
      this.made.emit(await this.make(kind));
    } catch (error) {
      if (error instanceof NoConsent && error.reason === 'abandoned') return;
      this.failed(error);
    }
    this.stage.set('idle');
  }

  /** The window of the consent must open while the click is handled: nothing is waited for before that. */
  private async make(kind: AuthKind): Promise<Connection> {
    const [wanted, values] = [this.wanted(), this.values()];
    this.opened()?.abandon();
    if (kind.type !== 'OAUTH2') {
      this.stage.set('saving');
      return this.connecting.save(wanted, connectionValue(kind, values));
    }
    const client = this.client();
    const opened = this.needsConsent() ? this.windows.open() : undefined;
    this.opened.set(opened);
    this.stage.set(opened ? 'consent' : 'saving');
    const consent = opened && (await this.connecting.consent(opened, wanted, kind, values, client));
    this.stage.set('saving');
    return this.connecting.save(wanted, connectionValue(kind, values, client, consent));
  }

  private wanted(): Wanted {
    const { again, externalId } = this.request();
    const displayName = this.name().trim();
    return {
      externalId: again?.externalId ?? externalId ?? externalIdOf(displayName),
      displayName,
      pieceName: this.pieceName(),
      pieceVersion: this.forms().pieceVersion,
      sharing: this.sharing(),
    };
  }

  private failed(error: unknown): void {
    if (error instanceof NoConsent) {
      this.problem.set(this.transloco.translate(`connect.consent.${error.reason}`, { words: error.words }));
      return;
    }
    if (error instanceof ApiProblem) this.refused.set(refusedFields(error.params));
    this.problem.set(this.problems.of(error));
    this.showProblem();
  }

  private showProblem(): void {
    const wrong = this.fieldProblems();
    this.inputs()
      .find((each) => each.field().name in wrong)
      ?.focus();
  }

  private startOver(): void {
    this.tried.set(false);
    this.refused.set({});
    this.problem.set('');
  }

  private titleOf(kind: AuthKind): string {
    const word: string = this.transloco.translate(`connect.type.${kind.type}`);
    return kind.title && kind.title !== 'Connection' ? `${kind.title} (${word})` : word;
  }
}
