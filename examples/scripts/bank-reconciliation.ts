// Compares what a company thinks it was paid (its ledger) with what reached the bank, and lists what
// does not agree.
// Shows: typed records, a discriminated union for the findings, exhaustive `switch`, two arguments.

const [ledgerCsv = '', statementCsv = ''] = args;

/** Whole cents: sums of fractions would not be exact. */
type Cents = number;

interface Invoice {
  readonly day: number;
  readonly reference: string;
  readonly customer: string;
  readonly amount: Cents;
}

interface Payment {
  readonly day: number;
  readonly description: string;
  readonly amount: Cents;
}

type Finding =
  | {
      readonly kind: 'matched';
      readonly invoice: Invoice;
      readonly payment: Payment;
      readonly by: 'reference' | 'amount';
    }
  | { readonly kind: 'wrong-amount'; readonly invoice: Invoice; readonly payment: Payment }
  | { readonly kind: 'paid-twice'; readonly invoice: Invoice; readonly payment: Payment }
  | { readonly kind: 'unpaid'; readonly invoice: Invoice }
  | { readonly kind: 'unexplained'; readonly payment: Payment };

/** How many days after its invoice a payment without a reference may come. */
const PATIENCE = 4;

const toCents = (amount: string): Cents => Math.round(Number(amount) * 100);
const toDay = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 86_400_000;
const sum = (amounts: readonly Cents[]): Cents => amounts.reduce((a, b) => a + b, 0);

function money(amount: Cents): string {
  return (amount / 100).toFixed(2).replace(/\B(?=(\d{3})+\.)/g, ',');
}

function readRows<Row>(csv: string, toRow: (fields: readonly string[]) => Row): Row[] {
  const [, ...lines] = csv.trimEnd().split('\n');
  return lines.map((line) => toRow(line.split(',')));
}

/** First by the reference in the description, then, for what is left, by payer and exact amount. */
function reconcile(invoices: readonly Invoice[], payments: readonly Payment[]): Finding[] {
  const findings: Finding[] = [];
  const open = new Map(invoices.map((invoice) => [invoice.reference, invoice]));
  const byReference = new Map(open);
  const unnamed: Payment[] = [];

  for (const payment of payments) {
    const [reference = ''] = payment.description.match(/INV-\d+$/) ?? [];
    const invoice = byReference.get(reference);
    if (invoice === undefined) {
      unnamed.push(payment);
    } else if (!open.delete(reference)) {
      findings.push({ kind: 'paid-twice', invoice, payment });
    } else if (invoice.amount !== payment.amount) {
      findings.push({ kind: 'wrong-amount', invoice, payment });
    } else {
      findings.push({ kind: 'matched', invoice, payment, by: 'reference' });
    }
  }
  for (const payment of unnamed) {
    const invoice = [...open.values()].find(
      ({ day, customer, amount }) =>
        amount === payment.amount &&
        payment.description.startsWith(customer.toUpperCase().slice(0, 12)) &&
        payment.day >= day &&
        payment.day <= day + PATIENCE,
    );
    if (invoice === undefined) {
      findings.push({ kind: 'unexplained', payment });
    } else {
      open.delete(invoice.reference);
      findings.push({ kind: 'matched', invoice, payment, by: 'amount' });
    }
  }
  for (const invoice of open.values()) findings.push({ kind: 'unpaid', invoice });
  return findings;
}

/** By how much a finding makes the bank's sum larger than the ledger's. */
function difference(finding: Finding): Cents {
  switch (finding.kind) {
    case 'matched':
      return 0;
    case 'wrong-amount':
      return finding.payment.amount - finding.invoice.amount;
    case 'paid-twice':
    case 'unexplained':
      return finding.payment.amount;
    case 'unpaid':
      return -finding.invoice.amount;
  }
}

function describe(finding: Finding): string {
  switch (finding.kind) {
    case 'matched':
      return `${finding.invoice.reference}, by ${finding.by}`;
    case 'wrong-amount':
      return `${finding.invoice.reference}, ${money(finding.payment.amount)} instead of ${money(finding.invoice.amount)}`;
    case 'paid-twice':
    case 'unpaid':
      return `${finding.invoice.reference}, ${finding.invoice.customer}`;
    case 'unexplained':
      return finding.payment.description;
  }
}

const invoices = readRows(
  ledgerCsv,
  ([date = '', reference = '', customer = '', amount = '']): Invoice => ({
    day: toDay(date),
    reference,
    customer,
    amount: toCents(amount),
  }),
);
const payments = readRows(
  statementCsv,
  ([date = '', description = '', amount = '']): Payment => ({
    day: toDay(date),
    description,
    amount: toCents(amount),
  }),
);

const findings = reconcile(invoices, payments);
const inLedger = sum(invoices.map(({ amount }) => amount));
const atBank = sum(payments.map(({ amount }) => amount));
const matched = findings.filter((finding) => finding.kind === 'matched');
const exceptions = findings.filter((finding) => finding.kind !== 'matched');

// The findings must explain the difference to the cent, or one of them is wrong.
if (inLedger + sum(findings.map(difference)) !== atBank) throw new Error('the findings do not explain the difference');

console.log(`${invoices.length} invoices, ${money(inLedger)}; ${payments.length} payments, ${money(atBank)}`);
console.log(
  `${matched.length} agree, ${matched.filter(({ by }) => by === 'amount').length} of them by payer and amount only; ${exceptions.length} do not:`,
);
for (const finding of exceptions) {
  console.log(`  ${finding.kind.padEnd(13)} ${money(difference(finding)).padStart(10)}  ${describe(finding)}`);
}
console.log(`  together     ${money(atBank - inLedger).padStart(11)}  the bank's sum less the ledger's, to the cent`);

export default {
  matched: matched.length,
  differenceCents: atBank - inLedger,
  exceptions: exceptions.map((finding) => `${finding.kind}: ${describe(finding)}`),
};
