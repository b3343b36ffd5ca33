package sqlitestore

import (
	"context"
	"database/sql"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// ClaimNumber implements store.Series. It runs wholly in the one writer, so the next number is the highest plus one.
func (s *Store) ClaimNumber(ctx context.Context, series, caseID string) (n int64, err error) {
	err = s.writer.do(ctx, "sqlitestore.ClaimNumber", func(t *tx) error {
		found, err := t.get("SELECT n FROM numbers WHERE series = ? AND case_id = ?", []any{series, caseID}, &n)
		if err != nil || found {
			return err
		}
		if _, err := t.get("SELECT coalesce(max(n), 0) + 1 FROM numbers WHERE series = ?", []any{series}, &n); err != nil {
			return err
		}
		_, err = t.exec("INSERT INTO numbers (series, n, case_id) VALUES (?, ?, ?)", series, n, caseID)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// AppendReads implements store.Reads.
func (s *Store) AppendReads(ctx context.Context, reads []store.Read) error {
	if len(reads) == 0 {
		return nil
	}
	return s.writer.do(ctx, "sqlitestore.AppendReads", func(t *tx) error {
		for _, r := range reads {
			_, err := t.exec("INSERT INTO reads (at, authority, case_id, staff, what, detail) VALUES (?,?,?,?,?,?)",
				ms(r.At), r.Authority, r.Case, r.Staff, r.What, r.Detail)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// ListReads implements store.Reads.
func (s *Store) ListReads(ctx context.Context, caseID string, limit int) ([]store.Read, error) {
	const op = "sqlitestore.ListReads"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var reads []store.Read
	err := s.each(ctx, op, "SELECT at, authority, case_id, staff, what, detail FROM reads WHERE case_id = ? ORDER BY at DESC, seq DESC LIMIT ?",
		[]any{caseID, limit}, func(rows *sql.Rows) (bool, error) {
			var r store.Read
			var when int64
			err := rows.Scan(&when, &r.Authority, &r.Case, &r.Staff, &r.What, &r.Detail)
			r.At = at(when)
			reads = append(reads, r)
			return true, err
		})
	return reads, err
}
