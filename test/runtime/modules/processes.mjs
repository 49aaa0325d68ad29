// Functions that tell where they run, and that harm their process.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export default () => process.pid;
export const environment = () => Object.keys(process.env);
export function descriptors() {
  const open = [];
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      open.push(readlinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // The directory that was listed.
    }
  }
  return open;
}
export function aborts() {
  process.kill(process.pid, 'SIGABRT');
  return new Promise(() => undefined);
}
export function isKilled() {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
export async function isKilledOnce(_, { call }) {
  if ((await call('count')) === 1) process.kill(process.pid, 'SIGKILL');
  return process.pid;
}
export function isKilledIfNew(path) {
  // What it leaves on disk says that it was here.
  try {
    readdirSync(path);
  } catch {
    spawn('/bin/mkdir', [path]).once('exit', () => process.kill(process.pid, 'SIGKILL'));
    return new Promise(() => undefined);
  }
  return 'second time';
}
export async function waits(_, { call }) {
  await call('began', process.pid);
  return new Promise(() => undefined);
}
export async function startsProgram(_, { call }) {
  const { pid } = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
  await call('began', process.pid, pid);
  return new Promise(() => undefined);
}
export const hoards = () => Array.from({ length: 100 }, () => new Uint8Array(50e6).fill(1)).length;
export const fillsHeap = () => {
  for (const all = []; ; ) all.push(new Array(1000).fill(Math.random()));
};
/** Blocks its thread in a system call, until somebody writes to the pipe. */
export const readsPipe = (pipe) => readFileSync(pipe, 'utf8');
export const looksAtView = (view) => ({
  name: view.constructor.name,
  offset: view.byteOffset,
  bytes: view.buffer.byteLength,
  last: view.at(-1),
});
/** Leaves a loop that begins when the task has ended. */
export async function leavesLoop(_, { call }) {
  await call('began', process.pid);
  // Before the thread looks for its next task.
  setImmediate(() => {
    for (;;);
  });
}
export const shares = () => new SharedArrayBuffer(8);
export async function blocks(_, { call }) {
  // Not awaited: who hears of it finds the thread in the system call, or just before it.
  call('began', process.pid).catch(() => undefined);
  execFileSync('/bin/sleep', ['60']);
}
