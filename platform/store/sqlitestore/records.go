package sqlitestore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// PutRecord implements store.Records.
func (s *Store) PutRecord(ctx context.Context, now time.Time, r store.Record) error {
	const op = "sqlitestore.PutRecord"
	if err := r.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		var seq, rev int64
		var expires sql.NullInt64
		found, err := t.get("SELECT seq, rev, expires FROM records WHERE collection = ? AND key = ?", []any{r.Collection, r.Key}, &seq, &rev, &expires)
		if err != nil {
			return err
		}
		live := found && !(expires.Valid && expires.Int64 <= ms(now))
		if r.Rev == 1 {
			if live {
				return fault.Exists
			}
			_, err = t.exec(`INSERT INTO records (collection, key, rev, expires, body) VALUES (?,?,1,?,?)
				ON CONFLICT (collection, key) DO UPDATE SET rev = 1, expires = excluded.expires, body = excluded.body`,
				r.Collection, r.Key, msOrNull(r.Expires), r.Body)
			return err
		}
		if err := mayReplace(live, nil, rev, r.Rev); err != nil {
			return err
		}
		_, err = t.exec("UPDATE records SET rev = ?, expires = ?, body = ? WHERE seq = ?", r.Rev, msOrNull(r.Expires), r.Body, seq)
		return err
	})
}

const recordColumns = "collection, key, rev, expires, body"

func scanRecord(rows *sql.Rows) (store.Record, error) {
	var r store.Record
	var expires sql.NullInt64
	err := rows.Scan(&r.Collection, &r.Key, &r.Rev, &expires, &r.Body)
	r.Expires = atOrZero(expires)
	return r, err
}

// GetRecord implements store.Records.
func (s *Store) GetRecord(ctx context.Context, now time.Time, collection, key string) (r store.Record, err error) {
	err = s.one(ctx, "sqlitestore.GetRecord",
		"SELECT "+recordColumns+" FROM records WHERE collection = ? AND key = ? AND (expires IS NULL OR expires > ?)",
		[]any{collection, key, ms(now)}, func(rows *sql.Rows) (err error) {
			r, err = scanRecord(rows)
			return err
		})
	return r, err
}

// ListRecords implements store.Records.
func (s *Store) ListRecords(ctx context.Context, now time.Time, collection, prefix, after string, limit int) ([]store.Record, error) {
	const op = "sqlitestore.ListRecords"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var records []store.Record
	err := s.each(ctx, op, "SELECT "+recordColumns+" FROM records WHERE collection = ? AND key >= ? AND key > ? AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?",
		[]any{collection, prefix, after, ms(now), limit}, func(rows *sql.Rows) (bool, error) {
			r, err := scanRecord(rows)
			if err != nil || !strings.HasPrefix(r.Key, prefix) {
				return false, err
			}
			records = append(records, r)
			return true, nil
		})
	return records, err
}

// DeleteRecord implements store.Records.
func (s *Store) DeleteRecord(ctx context.Context, collection, key string) error {
	return s.writer.do(ctx, "sqlitestore.DeleteRecord", func(t *tx) error {
		_, err := t.exec("DELETE FROM records WHERE collection = ? AND key = ?", collection, key)
		return err
	})
}

// DeleteExpiredRecords implements store.Records.
func (s *Store) DeleteExpiredRecords(ctx context.Context, before time.Time, limit int) (int, error) {
	const op = "sqlitestore.DeleteExpiredRecords"
	if err := store.CheckLimit(limit); err != nil {
		return 0, fault.Wrap(op, err)
	}
	var gone int64
	err := s.writer.do(ctx, op, func(t *tx) error {
		res, err := t.exec("DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE expires IS NOT NULL AND expires < ? ORDER BY expires LIMIT ?)",
			ms(before), limit)
		if err != nil {
			return err
		}
		gone, err = res.RowsAffected()
		return err
	})
	return int(gone), err
}
