// What was written without network: kept on this device, for one person, until it has left.
const NAME = "compagnon-portal";
const STORE = "outbox";

export type Field = [name: string, value: string | File];

export interface Letter {
  id: string;
  person: string;
  url: string;
  page: string;
  fields: Field[];
  at: number;
  /** Why the server refused it: it is shown, and not sent again. */
  refused?: string;
}

export async function add(letter: Letter): Promise<void> {
  await run("readwrite", (store) => store.put(letter));
}

export async function take(id: string): Promise<void> {
  await run("readwrite", (store) => store.delete(id));
}

/** Give the person's letters, the oldest first. */
export async function letters(person: string): Promise<Letter[]> {
  const all = (await run("readonly", (store) => store.getAll())) as Letter[];
  return all.filter((one) => one.person === person).sort((a, b) => a.at - b.at);
}

/** Forget every letter, whoever wrote it. */
export async function forget(): Promise<void> {
  await run("readwrite", (store) => store.clear());
}

async function run(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest): Promise<unknown> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
