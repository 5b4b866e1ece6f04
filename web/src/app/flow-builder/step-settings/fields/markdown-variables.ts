/** The words in double braces in a piece's texts (`{{webhookUrl}}`): they stand for facts of this flow and this server, as on the wire. */
import { Injectable, computed, inject, resource } from '@angular/core';
import { Api, ok } from '../../../api/api';
import { FlowBuilder } from '../../flow-builder';

@Injectable()
export class MarkdownVariables {
  private readonly api = inject(Api);
  private readonly builder = inject(FlowBuilder);
  private readonly flags = resource({ loader: () => ok(this.api.GET('/flags')) as Promise<Record<string, unknown>> });

  private readonly values = computed<Record<string, string>>(() => {
    const flags = this.flags.hasValue() ? this.flags.value() : {};
    const id = this.builder.flowId();
    const prefix = flags['WEBHOOK_URL_PREFIX'];
    const site = String(flags['PUBLIC_URL'] ?? '');
    return {
      ...(prefix ? { webhookUrl: `${String(prefix)}/${id}`, formUrl: `${site}forms/${id}`, chatUrl: `${site}chats/${id}` } : {}),
      ...valueOf('webhookTimeoutSeconds', flags['WEBHOOK_TIMEOUT_SECONDS']),
      ...valueOf('pausedFlowTimeoutDays', flags['PAUSED_FLOW_TIMEOUT_DAYS']),
    };
  });

  filled(text: string): string {
    return filled(text, this.values());
  }
}

/** The text with the words that are known in their places; others stay as they are. */
export function filled(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
}

function valueOf(name: string, value: unknown): Record<string, string> {
  return value === undefined || value === null ? {} : { [name]: String(value) };
}
