import type { Catalog } from '../contracts/plugin.ts';
import type { AnyTaskHandler, TaskContext } from '../contracts/worker-pool.ts';
import { BrushwoodError } from '../errors.ts';

/** Of the sessions of handlers that don't say otherwise. */
const commonSessions = { kind: '', limit: 2 };

interface OpenSession {
  readonly value: Promise<object>;
  readonly close?: (value: never) => void | Promise<void>;
}

/** What runs inside a worker: finds handlers by task and keeps their sessions. One per worker. */
export class TaskRunner {
  private readonly catalog: Catalog;
  private readonly handlers: Map<string, AnyTaskHandler>;
  /** Per kind by key, the one not used for longest first. */
  private readonly sessions = new Map<string, Map<string, OpenSession>>();

  constructor(catalog: Catalog) {
    this.catalog = catalog;
    this.handlers = new Map(catalog.tasks.map((handler) => [handler.task.id, handler]));
  }

  /** Runs one task. `transfer` lists buffers of the output that may move. @throws 'not-registered' */
  async run(
    taskId: string,
    input: unknown,
    options: { signal: AbortSignal; onProgress?: (done: number, total: number) => void; onRelease?: () => void },
  ): Promise<{ output: unknown; transfer: ArrayBuffer[] }> {
    const handler = this.handlers.get(taskId);
    if (!handler) {
      throw new BrushwoodError(
        'not-registered',
        `No worker knows the task "${taskId}". Its plugin is missing from the worker's list.`,
        { taskId },
      );
    }
    const context: TaskContext = {
      catalog: this.catalog,
      signal: options.signal,
      reportProgress: (done, total) => options.onProgress?.(done, total),
      release: () => options.onRelease?.(),
      session: (key, open, close) => this.session({ ...(handler.sessions ?? commonSessions), key }, open, close),
    };
    const output = await handler.run(input as never, context);
    return { output, transfer: handler.transfer?.(output) ?? [] };
  }

  async close(): Promise<void> {
    const open = [...this.sessions.values()].flatMap((kind) => [...kind.values()]);
    this.sessions.clear();
    await Promise.all(open.map((session) => closeSession(session)));
  }

  private async session<T extends object>(
    { kind, limit, key }: { kind: string; limit: number; key: string },
    open: () => Promise<T>,
    close?: (value: T) => void | Promise<void>,
  ): Promise<T> {
    const sessions = this.sessions.get(kind) ?? new Map<string, OpenSession>();
    this.sessions.set(kind, sessions);
    const known = sessions.get(key);
    if (known) {
      // To the end of the queue: the one that was not used for longest is closed first.
      sessions.delete(key);
      sessions.set(key, known);
      return known.value as Promise<T>;
    }
    const value = open();
    sessions.set(key, { value, close });
    try {
      await value;
    } catch (error) {
      sessions.delete(key);
      throw error;
    }
    for (const [other, session] of sessions) {
      if (sessions.size <= limit) break;
      if (other === key) continue;
      sessions.delete(other);
      await closeSession(session);
    }
    return value;
  }
}

async function closeSession({ value, close }: OpenSession): Promise<void> {
  try {
    const opened = await value;
    await close?.(opened as never);
  } catch {
    // A session that failed to open or close holds nothing that could be freed.
  }
}
