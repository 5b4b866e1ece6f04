import { Injectable, inject } from '@angular/core';
import { API_URL } from '../../api/api';
import { ApiProblem, OFFLINE } from '../../api/problem';

/** Where a value is that was too large for the run's log: an output, or a loop's items. */
export interface StoredReference {
  fileId: string;
  /** Bytes of JSON. */
  size: number;
  /** Signed: whoever has it can read the value. */
  url: string;
}

/** The reference in a step's record, if its output is kept beside the log (spec/engine.md §3). */
export function storedOutput(record: { output?: unknown; outputType?: string } | undefined): StoredReference | null {
  return record?.outputType === 'slice' ? (record.output as StoredReference) : null;
}

/** "340 B", "32 KB", "10.5 MB". */
export function sizeText(bytes: number, language: string): string {
  if (bytes < 1024) return `${bytes} B`;
  const [value, unit] = bytes < 1024 * 1024 ? [Math.round(bytes / 1024), 'KB'] : [bytes / (1024 * 1024), 'MB'];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value)} ${unit}`;
}

/** Reads values that are kept beside the logs of runs. */
@Injectable({ providedIn: 'root' })
export class StoredValues {
  private readonly api = inject(API_URL);

  /** Where the browser finds the value: the reference's URL is the one that the installation has for the outside. */
  link({ fileId, url }: StoredReference): string {
    return `${this.api}/files/${fileId}${new URL(url, this.api).search}`;
  }

  async read(reference: StoredReference, signal?: AbortSignal): Promise<unknown> {
    const response = await fetch(this.link(reference), { signal }).catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new ApiProblem(0, OFFLINE, {}, 'The server does not answer');
    });
    if (!response.ok) throw new ApiProblem(response.status, '', {}, response.statusText);
    return response.json();
  }
}
