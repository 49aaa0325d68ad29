import { type Ledger, openLedger } from './ledger.js';

/** The ledger in the default directory, while it is disposed by nobody who borrowed it. */
export interface BorrowedLedger extends AsyncDisposable {
  readonly ledger: Ledger;
}

let shared: { readonly opening: Promise<Ledger>; borrowers: number } | undefined;

/** Opens it for the first who borrows it; the last who gives it back closes it. */
export async function borrowLedger(): Promise<BorrowedLedger> {
  shared ??= { opening: openLedger(), borrowers: 0 };
  const borrowed = shared;
  borrowed.borrowers += 1;
  let given = false;
  const giveBack = async () => {
    if (given) return;
    given = true;
    borrowed.borrowers -= 1;
    if (borrowed.borrowers > 0) return;
    if (shared === borrowed) shared = undefined;
    await (await borrowed.opening).close();
  };
  try {
    return { ledger: await borrowed.opening, [Symbol.asyncDispose]: giveBack };
  } catch (error) {
    if (shared === borrowed) shared = undefined;
    throw error;
  }
}
