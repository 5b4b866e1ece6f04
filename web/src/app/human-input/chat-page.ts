import { Component, type ElementRef, computed, effect, inject, input, linkedSignal, resource, signal, viewChild } from '@angular/core';
import { MatButtonModule } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { mdiAlertCircleOutline, mdiChatQuestionOutline, mdiClose, mdiPaperclip, mdiSend } from '@mdi/js';
import { Api, ok } from '../api/api';
import { EmptyState } from '../design/empty-state';
import { Icon } from '../design/icon';
import { PageTitle } from '../design/page-title';
import { logoAddress } from '../session/installation';
import { AnswerView } from './answer-view';
import { type Conversation, type Message, chatData, newConversation, remember, remembered } from './conversation';
import { loadFailure, modeOf } from './page-state';
import { type Outcome, Webhook } from './webhook';

/** A chat with a flow: each message starts a run, whose answer is the reply. */
@Component({
  selector: 'pw-chat-page',
  imports: [AnswerView, EmptyState, Icon, MatButtonModule, TranslocoDirective],
  templateUrl: './chat-page.html',
  styleUrl: './chat-page.scss',
})
export class ChatPage {
  readonly flowId = input.required<string>();
  /** `true`: the chat as it is being edited. */
  readonly useDraft = input<string>();
  /** `true`: a message becomes the sample of the trigger, and no run starts. */
  readonly sample = input<string>();

  private readonly api = inject(Api);
  private readonly pageTitle = inject(PageTitle);
  private readonly webhook = inject(Webhook);

  protected readonly icons = {
    missing: mdiChatQuestionOutline,
    problem: mdiAlertCircleOutline,
    send: mdiSend,
    attach: mdiPaperclip,
    remove: mdiClose,
  };
  protected readonly mode = computed(() => modeOf(this.useDraft(), this.sample()));
  protected readonly chat = resource({
    params: () => ({ flowId: this.flowId(), useDraft: this.mode() !== 'live' }),
    loader: ({ params: { flowId, useDraft } }) =>
      ok(this.api.GET('/human-input/chat/{flowId}', { params: { path: { flowId }, query: { useDraft } } })),
  });
  protected readonly failure = computed(() => loadFailure(this.chat.error()));
  protected readonly bot = computed(() => {
    if (!this.chat.hasValue()) return '';
    const { props, title } = this.chat.value();
    return typeof props['botName'] === 'string' && props['botName'] ? props['botName'] : title;
  });
  protected readonly logo = computed(() => logoAddress(this.chat.hasValue() ? this.chat.value().platformLogoUrl : undefined));

  private readonly key = computed(() => `piecework.chat.${this.mode()}.${this.flowId()}`);
  protected readonly conversation = linkedSignal<string, Conversation>({ source: this.key, computation: (key) => remembered(key) });
  protected readonly draft = signal('');
  protected readonly files = signal<File[]>([]);
  protected readonly isSending = signal(false);
  /** What was sent last, for another try. */
  private last: { text: string; files: File[] } | undefined;
  protected readonly canRetry = signal(false);
  private readonly end = viewChild<ElementRef<HTMLElement>>('end');
  private readonly writing = viewChild<ElementRef<HTMLTextAreaElement>>('writing');

  constructor() {
    effect(() => {
      if (this.chat.hasValue()) this.pageTitle.show(this.chat.value().title);
    });
    effect(() => remember(this.key(), this.conversation()));
    effect(() => {
      this.conversation();
      this.isSending();
      this.end()?.nativeElement.scrollIntoView({ block: 'end' });
    });
  }

  /** Enter sends where there are keys for a new line; on a telephone it is the new line. */
  protected onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || matchMedia('(pointer: coarse)').matches) return;
    void this.submit(event);
  }

  protected async submit(event: Event): Promise<void> {
    event.preventDefault();
    const text = this.draft().trim();
    if (!text || this.isSending()) return;
    const files = this.files();
    this.say({ from: 'person', text, files: files.map((file) => file.name) });
    this.draft.set('');
    this.files.set([]);
    await this.send({ text, files });
  }

  protected async retry(): Promise<void> {
    const { last } = this;
    if (!last || this.isSending()) return;
    this.conversation.update((kept) => ({ ...kept, messages: kept.messages.slice(0, -1) }));
    await this.send(last);
  }

  protected attach(input: HTMLInputElement): void {
    this.files.update((files) => [...files, ...(input.files ?? [])]);
    input.value = '';
  }

  protected detach(index: number): void {
    this.files.update((files) => files.filter((_, each) => each !== index));
    this.writing()?.nativeElement.focus();
  }

  protected beginAnew(): void {
    this.conversation.set(newConversation());
    this.canRetry.set(false);
    this.writing()?.nativeElement.focus();
  }

  private async send(what: { text: string; files: File[] }): Promise<void> {
    this.last = what;
    this.isSending.set(true);
    this.canRetry.set(false);
    const { sessionId } = this.conversation();
    const outcome = await this.webhook.send(this.flowId(), chatData(sessionId, what.text, what.files), this.mode(), true);
    this.isSending.set(false);
    if (this.conversation().sessionId !== sessionId) return; // begun anew meanwhile
    this.say(this.replyOf(outcome));
    this.canRetry.set(outcome.kind === 'refused');
  }

  private say(message: Message): void {
    this.conversation.update((kept) => ({ ...kept, messages: [...kept.messages, message] }));
  }

  private replyOf(outcome: Outcome): Message {
    if (outcome.kind === 'answered') return { from: 'flow', answer: outcome.answer };
    return outcome.kind === 'refused'
      ? { from: 'page', refusal: outcome.refusal, told: outcome.told }
      : { from: 'page', refusal: 'silent', told: '' };
  }
}
