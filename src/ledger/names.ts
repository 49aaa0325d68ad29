import { randomBytes } from 'node:crypto';

/** The letters of an owner's id: those of base 32. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 16;

const ID = /^[a-z2-7]{16}$/;
const TOKEN = /^stint-[a-z2-7]{16}-[1-9][0-9]{0,8}$/;

/** The id of an owner: 80 random bits, so that no two owners ever have the same. */
export function newOwnerId(): string {
  return Array.from(randomBytes(ID_LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

export function isOwnerId(text: string): boolean {
  return ID.test(text);
}

/** What a thing is called: nothing else of stint's, in no other process and at no other time, has this name. */
export function tokenOf(owner: string, sequence: number): string {
  return `stint-${owner}-${sequence}`;
}

export function isToken(text: string): boolean {
  return TOKEN.test(text);
}
