import type { Observable } from "@graphiql/toolkit";

interface Observer<T> {
  next(value: T): void;
  error(error: unknown): void;
  complete(): void;
}

/**
 * An answer that GraphiQL leaves if it is stopped or its tab is left before the answer has come. That of a promise would
 * be shown and kept in whichever tab is open by then.
 */
export function droppable<T>(answer: Promise<T>): Observable<T> {
  const subscribe = (observer: Observer<T>) => {
    let isWanted = true;
    answer.then(
      (value) => {
        if (!isWanted) return;
        observer.next(value);
        observer.complete();
      },
      (error: unknown) => isWanted && observer.error(error),
    );
    return { unsubscribe: () => void (isWanted = false) };
  };
  // GraphiQL subscribes by one object alone; the type allows for functions one by one too.
  return { subscribe } as Observable<T>;
}
