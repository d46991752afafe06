/**
 * One entry a version, applied in order inside one transaction; `PRAGMA user_version` is how many were. Never edit an entry that was
 * released: append.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  -- content NULL: deleted. The row stays, so that the revision only ever grows.
  CREATE TABLE file (
    learner TEXT NOT NULL, lesson TEXT NOT NULL, path TEXT NOT NULL,
    content TEXT, revision INTEGER NOT NULL, saved_at INTEGER NOT NULL,
    PRIMARY KEY (learner, lesson, path)
  ) STRICT, WITHOUT ROWID;

  -- What a newer change displaced, so that nothing anybody typed is lost.
  CREATE TABLE displaced (
    id INTEGER PRIMARY KEY, learner TEXT NOT NULL, lesson TEXT NOT NULL, path TEXT NOT NULL,
    content TEXT NOT NULL, revision INTEGER NOT NULL, displaced_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX displaced_by_file ON displaced (learner, lesson, path, id);

  CREATE TABLE attempt (
    id INTEGER PRIMARY KEY, learner TEXT NOT NULL, lesson TEXT NOT NULL,
    passed INTEGER NOT NULL, report TEXT NOT NULL, checked_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX attempt_by_lesson ON attempt (learner, lesson, id);

  CREATE TABLE passed (
    learner TEXT NOT NULL, lesson TEXT NOT NULL, passed_at INTEGER NOT NULL,
    PRIMARY KEY (learner, lesson)
  ) STRICT, WITHOUT ROWID;
  `,
]
