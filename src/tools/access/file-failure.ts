import { isStintError, StintError } from '../../errors/stint-error.js';
import { systemCode } from '../../errors/system-code.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'the system does not allow it',
  EBUSY: 'it is in use',
  EEXIST: 'there is something of that name already',
  EISDIR: 'it is a directory',
  ELOOP: 'it is a link, or links lead in a circle',
  EMFILE: 'the process has too many files open',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'there is no such file or directory',
  ENOSPC: 'there is no space left',
  ENOTDIR: 'it, or a part of its path, is not a directory',
  ENOTEMPTY: 'the directory is not empty; set recursive to true to remove all that is in it',
  ENXIO: 'it is no regular file',
  EPERM: 'the system does not allow it',
  EROFS: 'the file system is read-only',
  EXDEV: 'it would have to go to another file system',
};

/** The error for what the system refuses to do with a file. Never the system's own message: it may name paths that are not the caller's to know. */
export function fileFailure(deed: string, path: string, error: unknown): StintError {
  if (isStintError(error)) return error;
  const code = systemCode(error) || 'an unknown error';
  return new StintError('TOOL_FAILED', `cannot ${deed} '${path}': ${REASONS[code] ?? `it failed with ${code}`}`);
}
