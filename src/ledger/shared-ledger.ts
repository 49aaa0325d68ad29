import { directoryOf } from './directory.js';
import { type Ledger, type LedgerOptions, openLedger } from './ledger.js';

/** A ledger that is open while anybody borrows it. Who has borrowed it gives it back, and does not close it. */
export interface BorrowedLedger extends AsyncDisposable {
  readonly ledger: Ledger;
}

interface Shared {
  readonly opening: Promise<Ledger>;
  borrowers: number;
}

/** By directory; undefined is the default one. A process needs no more than one of each, and one guardian. */
const open = new Map<string | undefined, Shared>();

/**
 * Opens the ledger in a directory for the first who borrows it; the last who gives it back closes it.
 *
 * @throws StintError (rejects) as `openLedger` does
 */
export async function borrowLedger(options: LedgerOptions = {}): Promise<BorrowedLedger> {
  const directory = directoryOf(options);
  const shared = open.get(directory) ?? { opening: openLedger(options), borrowers: 0 };
  open.set(directory, shared);
  shared.borrowers += 1;
  const forget = (): void => {
    if (open.get(directory) === shared) open.delete(directory);
  };
  let given = false;
  const giveBack = async () => {
    if (given) return;
    given = true;
    shared.borrowers -= 1;
    if (shared.borrowers > 0) return;
    forget();
    await (await shared.opening).close();
  };
  try {
    return { ledger: await shared.opening, [Symbol.asyncDispose]: giveBack };
  } catch (error) {
    forget();
    throw error;
  }
}
