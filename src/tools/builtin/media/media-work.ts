import mediaInfoFactory from 'mediainfo.js';

type Track = Readonly<Record<string, unknown>>;

/** What MediaInfo says of a file, by tracks. It is WebAssembly: a broken file breaks an instance of this thread, and no more. */
export async function describe(bytes: Uint8Array): Promise<Track[]> {
  const info = await mediaInfoFactory({ format: 'object' });
  try {
    const { media } = await info.analyzeData(bytes.length, (size, offset) => bytes.subarray(offset, offset + size));
    return structuredClone(media?.track ?? []) as unknown as Track[];
  } finally {
    info.close();
  }
}
