import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { ControlTable } from '#stint/control/control-table';
import { LAST_NUMBER, numberOf, packWord, reasonOf, State, StopReason, stateOf } from '#stint/control/task-word';
import { explore } from './explore.ts';

describe('task word', () => {
  it('keeps number, state and reason apart, up to the last number', () => {
    for (const number of [1, 2, 2 ** 25, LAST_NUMBER]) {
      const word = packWord(number, State.breaking, StopReason.hostCallLimit);
      expect([numberOf(word), stateOf(word), reasonOf(word)]).toEqual([
        number,
        State.breaking,
        StopReason.hostCallLimit,
      ]);
      expect(word).toBe(word | 0);
    }
  });
});

// What holds in every interleaving is said by `assert`, which costs little enough for a hundred thousand of them.
describe('control table', () => {
  it('changes nothing for a call about a task that is not there any more (invariant 2)', () => {
    const table = ControlTable.create(1, 1, 100, 10);
    table.assign(0, 7, 0);
    expect(table.requestStop(0, 6, StopReason.cancelled)).toBe(false);
    expect(table.begin(0, 7, 1000)).toBe(true);
    expect(table.requestBreak(0, 7)).toBe(false);
    expect(table.end(0, 7)).toBe(StopReason.none);
    expect(table.requestStop(0, 7, StopReason.cancelled)).toBe(false);
  });

  it('does not begin a task that was stopped before', () => {
    const table = ControlTable.create(1, 1, 100, 10);
    table.assign(0, 1, 0);
    expect(table.requestStop(0, 1, StopReason.cancelled)).toBe(true);
    expect(table.begin(0, 1, 1000)).toBe(false);
    expect(table.end(0, 1)).toBe(StopReason.cancelled);
  });

  it('lets a thread hear of every call, and sends it none behind a break, in every interleaving', () => {
    explore(() => {
      const table = ControlTable.create(2, 1, 100, 10);
      const { threads } = table;
      const heard: (number | undefined)[] = [];
      let inFlight = false;

      /** As in Visit and ScriptWorker, once it has begun to run a script that has to be broken off. */
      function* worker(): Generator<void> {
        while (!inFlight) yield;
        inFlight = false;
        yield;
        threads.breakCame(0);
        yield;
        threads.takeCalls(0, (row) => heard.push(row));
      }

      /** As in Ladder and TableWatch. */
      function* interrupter(): Generator<void> {
        threads.expectBreak(0);
        yield;
        inFlight = true;
        yield;
        threads.callFor(0, 1);
        yield;
        if (threads.isBreakDue(0)) return;
        yield;
        expect(inFlight).toBe(false);
        threads.takeCalls(0, (row) => heard.push(row));
      }

      return { actors: [worker(), interrupter()], check: () => expect(heard).toEqual([1]) };
    });
  });

  // It computes for long, but not for ever.
  it('gives a task one outcome and never lets a break hit what comes after, in every interleaving', {
    timeout: 600_000,
  }, () => {
    const runs = explore(() => {
      const table = ControlTable.create(1, 1, 100, 10);
      table.assign(0, 1, 0);
      const seen = { ends: [] as StopReason[], asked: 0, breakSent: false, broken: false, left: false };

      /** The worker's side, as in ScriptWorker: each yield is a place where others can come between. */
      function* worker(): Generator<void> {
        if (table.begin(0, 1, 1000)) {
          yield;
          table.threads.enter(0, 0);
          yield;
          yield; // The script runs.
          table.threads.enter(0);
          yield;
          while (stateOf(table.word(0)) === State.breaking) {
            if (seen.breakSent) {
              seen.broken = true;
              table.threads.enter(0);
              seen.ends.push(table.endBroken(0, 1));
              return;
            }
            yield;
          }
        }
        seen.left = true;
        let reason = table.end(0, 1);
        while (reason === undefined) {
          yield;
          reason = table.end(0, 1);
        }
        seen.ends.push(reason);
      }

      /** The interrupter's side, as in Ladder. */
      function* interrupter(): Generator<void> {
        if (table.requestStop(0, 1, StopReason.timeout)) seen.asked += 1;
        yield;
        if (!table.threads.isIn(0, 0)) return;
        yield;
        if (!table.requestBreak(0, 1)) return;
        yield;
        if (table.threads.isIn(0, 0)) {
          yield;
          assert.equal(seen.left, false);
          seen.breakSent = true;
        } else {
          yield;
          table.withdrawBreak(0, 1);
        }
      }

      function* host(): Generator<void> {
        yield;
        if (table.requestStop(0, 1, StopReason.cancelled)) seen.asked += 1;
      }

      return {
        actors: [worker(), interrupter(), host()],
        check() {
          assert.equal(seen.ends.length, 1);
          assert(seen.asked <= 1);
          assert.equal(seen.ends[0] === StopReason.none, seen.asked === 0);
          assert.equal(seen.broken, seen.breakSent);
        },
      };
    });
    expect(runs).toBeGreaterThan(1000);
  });

  it('stops a task that comes another way than its stop, in every interleaving', () => {
    const runs = explore(() => {
      const table = ControlTable.create(1, 1, 100, 10);
      // The row's task before.
      table.assign(0, 1, 0);
      table.begin(0, 1, 1000);
      table.end(0, 1);
      const seen = { began: false, stopped: false };

      function* worker(): Generator<void> {
        table.assign(0, 2, 0);
        yield;
        table.heedForestalled(0, 2);
        yield;
        seen.began = table.begin(0, 2, 1000);
        yield;
        seen.stopped = table.stopRequested(0);
      }

      function* supervisor(): Generator<void> {
        table.forestall(0, 2, StopReason.cancelled);
        yield;
        table.requestStop(0, 2, StopReason.cancelled);
      }

      return {
        actors: [worker(), supervisor()],
        check() {
          assert.equal(reasonOf(table.word(0)), StopReason.cancelled);
          assert.equal(numberOf(table.word(0)), 2);
          assert(seen.began || seen.stopped);
        },
      };
    });
    expect(runs).toBeGreaterThan(5);
  });

  it('wakes a waiting task at most once, however often and late its event comes, in every interleaving', () => {
    const runs = explore(() => {
      const table = ControlTable.create(1, 1, 100, 10);
      table.assign(0, 1, 0);
      const seen = { ends: [] as StopReason[], wakes: 0, resumes: 0, wokenAfterEnd: false };
      let phase = 'active' as string;

      const end = (): boolean => {
        const reason = table.end(0, 1);
        if (reason === undefined) return false;
        phase = 'ended';
        seen.ends.push(reason);
        return true;
      };

      /** The worker's turns, as in ScriptWorker: the script waits once, then ends. */
      function* worker(): Generator<void> {
        table.begin(0, 1, 1000);
        yield;
        phase = 'waiting';
        yield;
        if (!table.wait(0, 1)) {
          if (phase !== 'ended') end();
          return;
        }
        for (let turns = 0; phase === 'waiting' && turns < 3; turns += 1) yield;
        if (phase !== 'queued') return;
        phase = 'active';
        if (!table.stopRequested(0)) seen.resumes += 1;
        yield;
        end();
      }

      /** One that answers: the first, a second one, or one that comes too late. */
      function* event(): Generator<void> {
        yield;
        if (phase !== 'waiting' || stateOf(table.word(0)) !== State.waiting) return;
        if (!table.wake(0, 1)) return;
        if ((phase as string) === 'ended') seen.wokenAfterEnd = true;
        seen.wakes += 1;
        phase = 'queued';
      }

      /** A deadline or a cancel, with the interrupt that follows it. */
      function* stop(reason: StopReason): Generator<void> {
        if (!table.requestStop(0, 1, reason)) return;
        yield;
        if (phase === 'waiting' || phase === 'queued') end();
      }

      return {
        actors: [worker(), event(), event(), stop(StopReason.timeout)],
        check() {
          // A task whose events came before it waited goes on waiting; one that was woken late is in the queue.
          const isOver = stateOf(table.word(0)) === State.ended;
          assert.equal(seen.ends.length, isOver ? 1 : 0);
          assert(isOver || phase === 'waiting' || phase === 'queued');
          assert(seen.wakes <= 1);
          assert(seen.resumes <= seen.wakes);
          assert.equal(seen.wokenAfterEnd, false);
        },
      };
    });
    expect(runs).toBeGreaterThan(1000);
  });
});
