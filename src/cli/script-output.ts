type Stream = 'stdout' | 'stderr';

/** What takes the output of one script. */
export interface ScriptOutput {
  write(chunk: string, stream: Stream): void;
  /** Ends a line that the script left open. */
  end(): void;
}

/** Passes everything on as it comes. */
export function direct(): ScriptOutput {
  return {
    write: (chunk, stream) => void process[stream].write(chunk),
    end: () => undefined,
  };
}

/** Passes whole lines on, each behind the script's name, so that scripts side by side can be told apart. */
export function prefixed(name: string, before: () => void): ScriptOutput {
  const open: Record<Stream, string> = { stdout: '', stderr: '' };
  const print = (stream: Stream, text: string): void => {
    before();
    process[stream].write(text.replaceAll(/^(?=.|\n)/gm, `${name} | `).replace(/\n.*\| $/, '\n'));
  };
  return {
    write(chunk, stream) {
      const text = open[stream] + chunk;
      const end = text.lastIndexOf('\n') + 1;
      open[stream] = text.slice(end);
      if (end > 0) print(stream, text.slice(0, end));
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (open[stream] !== '') print(stream, `${open[stream]}\n`);
        open[stream] = '';
      }
    },
  };
}

/** Keeps everything, for one JSON text at the end. */
export class GatheredOutput implements ScriptOutput {
  readonly texts: Record<Stream, string> = { stdout: '', stderr: '' };

  write(chunk: string, stream: Stream): void {
    this.texts[stream] += chunk;
  }

  end(): void {
    // Nothing is open: nothing was printed.
  }
}
