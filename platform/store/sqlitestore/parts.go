package sqlitestore

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// PutParts implements store.Parts: all or none. A part that is there already is left as it is.
func (s *Store) PutParts(ctx context.Context, parts ...store.Part) error {
	const op = "sqlitestore.PutParts"
	if len(parts) == 0 {
		return nil
	}
	for _, p := range parts {
		if err := p.Check(); err != nil {
			return fault.Wrap(op, err)
		}
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		for _, p := range parts {
			_, err := t.exec("INSERT INTO parts (case_id, id, kind, created, body) VALUES (?,?,?,?,?) ON CONFLICT DO NOTHING",
				p.Case, p.ID, p.Kind, ms(p.Created), p.Body)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// maxAsked bounds how many parts one statement names, so that the shapes of statements stay few.
const maxAsked = 100

// GetParts implements store.Parts.
func (s *Store) GetParts(ctx context.Context, caseID string, ids ...string) ([]store.Part, error) {
	const op = "sqlitestore.GetParts"
	found := make(map[string]store.Part, len(ids))
	for rest := ids; len(rest) > 0; {
		ask := rest[:min(len(rest), maxAsked)]
		rest = rest[len(ask):]
		args := []any{caseID}
		for _, id := range ask {
			args = append(args, id)
		}
		text := "SELECT id, kind, created, body FROM parts WHERE case_id = ? AND id IN (?" + strings.Repeat(",?", len(ask)-1) + ")"
		err := s.each(ctx, op, text, args, func(rows *sql.Rows) (bool, error) {
			p := store.Part{Case: caseID}
			var created int64
			err := rows.Scan(&p.ID, &p.Kind, &created, &p.Body)
			p.Created = at(created)
			found[p.ID] = p
			return true, err
		})
		if err != nil {
			return nil, err
		}
	}
	parts := make([]store.Part, 0, len(ids))
	for _, id := range ids {
		p, ok := found[id]
		if !ok {
			return nil, fault.Newf(op, fault.NotFound, "part %s of case %s", id, caseID)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// ListParts implements store.Parts.
func (s *Store) ListParts(ctx context.Context, caseID string) ([]store.Part, error) {
	var parts []store.Part
	err := s.each(ctx, "sqlitestore.ListParts", "SELECT id, kind, created FROM parts WHERE case_id = ? ORDER BY created, id", []any{caseID},
		func(rows *sql.Rows) (bool, error) {
			p := store.Part{Case: caseID}
			var created int64
			err := rows.Scan(&p.ID, &p.Kind, &created)
			p.Created = at(created)
			parts = append(parts, p)
			return true, err
		})
	return parts, err
}

// PartsCreated implements store.Parts.
func (s *Store) PartsCreated(ctx context.Context, from, before time.Time, limit int) ([]store.Part, error) {
	const op = "sqlitestore.PartsCreated"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var parts []store.Part
	err := s.each(ctx, op, "SELECT case_id, id, kind, created FROM parts WHERE created >= ? AND created < ? ORDER BY created, case_id, id LIMIT ?",
		[]any{ms(from), ms(before), limit}, func(rows *sql.Rows) (bool, error) {
			var p store.Part
			var created int64
			err := rows.Scan(&p.Case, &p.ID, &p.Kind, &created)
			p.Created = at(created)
			parts = append(parts, p)
			return true, err
		})
	return parts, err
}

// DeleteParts implements store.Parts.
func (s *Store) DeleteParts(ctx context.Context, caseID string, ids ...string) error {
	if len(ids) == 0 {
		return nil
	}
	return s.writer.do(ctx, "sqlitestore.DeleteParts", func(t *tx) error {
		for _, id := range ids {
			if _, err := t.exec("DELETE FROM parts WHERE case_id = ? AND id = ?", caseID, id); err != nil {
				return err
			}
		}
		return nil
	})
}
