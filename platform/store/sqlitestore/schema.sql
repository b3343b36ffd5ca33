-- Schema 1. Times are milliseconds since 1970 in UTC; NULL where the row says never. Wide columns stand last, so that a
-- list that does not ask for them does not read their pages.

CREATE TABLE cases (
  seq       INTEGER PRIMARY KEY, -- what the indexes and case_words point at
  id        TEXT NOT NULL UNIQUE,
  tenant    TEXT NOT NULL,
  authority TEXT NOT NULL,
  form      TEXT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  dedupe    TEXT UNIQUE, -- NULL for none: NULLs are distinct
  number    TEXT NOT NULL,
  state     TEXT NOT NULL,
  assignee  TEXT NOT NULL, -- '' for nobody
  submitted INTEGER NOT NULL,
  changed   INTEGER NOT NULL,
  waiting   INTEGER NOT NULL,
  due       INTEGER,
  rev       INTEGER NOT NULL,
  key       BLOB,
  labels    TEXT NOT NULL, -- one a line
  tokens    TEXT NOT NULL, -- one a line
  card      BLOB,
  chain     BLOB,
  head      BLOB
);

-- One index per sort time. A list is merged from ranges of equal authority and state; form and assignee stand at the
-- end so that filtering by them needs no row.
CREATE INDEX cases_waiting   ON cases (authority, state, waiting, id, assignee, form);
CREATE INDEX cases_submitted ON cases (authority, state, submitted, id, assignee, form);
CREATE INDEX cases_changed   ON cases (authority, state, changed, id, assignee, form);
CREATE INDEX cases_assignee  ON cases (assignee, authority, state, waiting, id, form) WHERE assignee <> '';
CREATE INDEX cases_due       ON cases (due, id) WHERE due IS NOT NULL;

-- Labels ('l' before the word) and tokens ('t' before it) that a case is found by.
CREATE TABLE case_words (
  word TEXT NOT NULL,
  seq  INTEGER NOT NULL,
  PRIMARY KEY (word, seq)
) WITHOUT ROWID;

CREATE TABLE parts (
  seq     INTEGER PRIMARY KEY,
  case_id TEXT NOT NULL,
  id      TEXT NOT NULL,
  kind    TEXT NOT NULL,
  created INTEGER NOT NULL,
  body    BLOB,
  UNIQUE (case_id, id)
);

CREATE TABLE drafts (
  seq     INTEGER PRIMARY KEY,
  id      TEXT NOT NULL UNIQUE,
  tenant  TEXT NOT NULL,
  form    TEXT NOT NULL,
  version TEXT NOT NULL,
  owner   TEXT NOT NULL,
  created INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  expires INTEGER,
  rev     INTEGER NOT NULL,
  key     BLOB,
  body    BLOB
);
CREATE INDEX drafts_owner   ON drafts (owner, changed, id);
CREATE INDEX drafts_expires ON drafts (expires) WHERE expires IS NOT NULL;

-- Claims outlive their case: a number is never given twice.
CREATE TABLE numbers (
  series  TEXT NOT NULL,
  n       INTEGER NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (series, n),
  UNIQUE (series, case_id)
) WITHOUT ROWID;

CREATE TABLE reads (
  seq       INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  authority TEXT NOT NULL,
  case_id   TEXT NOT NULL,
  staff     TEXT NOT NULL,
  what      TEXT NOT NULL,
  detail    TEXT NOT NULL
);
CREATE INDEX reads_case ON reads (case_id, at, seq);

CREATE TABLE records (
  seq        INTEGER PRIMARY KEY,
  collection TEXT NOT NULL,
  key        TEXT NOT NULL,
  rev        INTEGER NOT NULL,
  expires    INTEGER,
  body       BLOB,
  UNIQUE (collection, key)
);
CREATE INDEX records_expires ON records (expires) WHERE expires IS NOT NULL;
