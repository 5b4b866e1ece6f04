/**
 * What the server tells as it happens, over socket.io (spec/api.md §14). One connection for the project that the user is in; it is made
 * when the first listener comes, in a chunk of its own, and makes itself again when the server was away.
 */
import { Injectable, type Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import type { Socket } from 'socket.io-client';
import { Session } from './session';

export type LiveState = 'idle' | 'connecting' | 'connected' | 'offline';
const ASK_AGAIN_MILLISECONDS = 3000;
type Listener = (payload: never) => void;

@Injectable({ providedIn: 'root' })
export class Live {
  private readonly session = inject(Session);
  private readonly listeners = new Map<string, Set<Listener>>();
  private socket: Promise<Socket> | null = null;
  private readonly connection = signal<LiveState>('idle');
  private readonly connections = signal(0);

  readonly state: Signal<LiveState> = this.connection.asReadonly();
  readonly isOffline = computed(() => this.connection() === 'offline');
  /** Grows each time that the connection is made: what was missed meanwhile is to be read again. */
  readonly epoch: Signal<number> = this.connections.asReadonly();

  constructor() {
    let caller = this.caller();
    effect(() => {
      const now = this.caller();
      if (now === caller) return;
      caller = now;
      untracked(() => this.hangUp());
      if (this.listeners.size > 0 && this.session.isSignedIn()) untracked(() => void this.connected());
    });
  }

  /** Calls `listener` with the payload of each event of this name; the answer ends that. */
  on<T>(event: string, listener: (payload: T) => void): () => void {
    const listeners = this.listeners.get(event) ?? new Set<Listener>();
    this.listeners.set(event, listeners.add(listener as Listener));
    void this.connected();
    return () => listeners.delete(listener as Listener);
  }

  /** Sends a message; the answer is what the server acknowledged it with. Rejects when it does not within ten seconds. */
  async ask<T = unknown>(event: string, payload: object): Promise<T> {
    const socket = await this.connected();
    return (await socket.timeout(10_000).emitWithAck(event, payload)) as T;
  }

  /** Who listens to what: when it changes, the connection is made anew. */
  private caller(): string {
    return `${this.session.token()} ${this.session.projectId()}`;
  }

  private connected(): Promise<Socket> {
    this.socket ??= this.connect();
    return this.socket;
  }

  private async connect(): Promise<Socket> {
    this.connection.set('connecting');
    const { io } = await import('socket.io-client');
    const base = new URL(document.baseURI);
    const socket = io(base.origin, {
      path: `${base.pathname}api/socket.io`,
      transports: ['websocket'],
      auth: (done) => done({ token: this.session.token(), projectId: this.session.projectId() }),
      reconnectionDelay: 500,
      reconnectionDelayMax: 3000,
    });
    socket.on('connect', () => {
      this.connection.set('connected');
      this.connections.update((count) => count + 1);
    });
    socket.on('disconnect', () => this.lost(socket));
    socket.on('connect_error', () => this.lost(socket));
    socket.onAny((event: string, payload: unknown) => {
      for (const listener of this.listeners.get(event) ?? []) (listener as (payload: unknown) => void)(payload);
    });
    return socket;
  }

  /** The connection is gone. It comes back by itself, unless the server has closed it or did not let us in: then we ask again. */
  private lost(socket: Socket): void {
    void this.socket?.then((current) => {
      if (current !== socket) return;
      this.connection.set('offline');
      if (!socket.active) setTimeout(() => this.session.isSignedIn() && !socket.connected && socket.connect(), ASK_AGAIN_MILLISECONDS);
    });
  }

  private hangUp(): void {
    const socket = this.socket;
    this.socket = null;
    this.connection.set('idle');
    void socket?.then((open) => open.disconnect());
  }
}
