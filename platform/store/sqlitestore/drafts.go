package sqlitestore

import (
	"context"
	"database/sql"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// InsertDraft implements store.Drafts.
func (s *Store) InsertDraft(ctx context.Context, d store.DraftRow) error {
	const op = "sqlitestore.InsertDraft"
	if err := d.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		_, err := t.exec(`INSERT INTO drafts (id, tenant, form, version, owner, created, changed, expires, rev, key, body)
			VALUES (?,?,?,?,?,?,?,?,1,?,?)`,
			d.ID, d.Tenant, d.Form, d.Version, d.Owner, ms(d.Created), ms(d.Changed), msOrNull(d.Expires), d.Key, d.Body)
		return err
	})
}

// UpdateDraft implements store.Drafts.
func (s *Store) UpdateDraft(ctx context.Context, d store.DraftRow) error {
	const op = "sqlitestore.UpdateDraft"
	if err := d.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		var seq, rev int64
		found, err := t.get("SELECT seq, rev FROM drafts WHERE id = ?", []any{d.ID}, &seq, &rev)
		if err := mayReplace(found, err, rev, d.Rev); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE drafts SET tenant=?, form=?, version=?, owner=?, created=?, changed=?, expires=?, rev=?, key=?, body=? WHERE seq=?`,
			d.Tenant, d.Form, d.Version, d.Owner, ms(d.Created), ms(d.Changed), msOrNull(d.Expires), d.Rev, d.Key, d.Body, seq)
		return err
	})
}

const draftColumns = "id, tenant, form, version, owner, created, changed, expires, rev, key, body"

func scanDraft(rows *sql.Rows) (store.DraftRow, error) {
	var d store.DraftRow
	var created, changed int64
	var expires sql.NullInt64
	err := rows.Scan(&d.ID, &d.Tenant, &d.Form, &d.Version, &d.Owner, &created, &changed, &expires, &d.Rev, &d.Key, &d.Body)
	d.Created, d.Changed, d.Expires = at(created), at(changed), atOrZero(expires)
	return d, err
}

// Draft implements store.Drafts.
func (s *Store) Draft(ctx context.Context, id string) (d store.DraftRow, err error) {
	err = s.one(ctx, "sqlitestore.Draft", "SELECT "+draftColumns+" FROM drafts WHERE id = ?", []any{id}, func(rows *sql.Rows) (err error) {
		d, err = scanDraft(rows)
		return err
	})
	return d, err
}

// ListDrafts implements store.Drafts.
func (s *Store) ListDrafts(ctx context.Context, owner string) ([]store.DraftRow, error) {
	var drafts []store.DraftRow
	err := s.each(ctx, "sqlitestore.ListDrafts", "SELECT "+draftColumns+" FROM drafts WHERE owner = ? ORDER BY changed DESC, id DESC", []any{owner},
		func(rows *sql.Rows) (bool, error) {
			d, err := scanDraft(rows)
			drafts = append(drafts, d)
			return true, err
		})
	return drafts, err
}

// FormDrafts implements store.Drafts.
func (s *Store) FormDrafts(ctx context.Context, tenant, form, after string, limit int) ([]store.DraftRow, error) {
	const op = "sqlitestore.FormDrafts"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var drafts []store.DraftRow
	err := s.each(ctx, op, "SELECT "+draftColumns+" FROM drafts WHERE tenant = ? AND form = ? AND id > ? ORDER BY id LIMIT ?", []any{tenant, form, after, limit},
		func(rows *sql.Rows) (bool, error) {
			d, err := scanDraft(rows)
			drafts = append(drafts, d)
			return true, err
		})
	return drafts, err
}

// DeleteDraft implements store.Drafts.
func (s *Store) DeleteDraft(ctx context.Context, id string) error {
	return s.writer.do(ctx, "sqlitestore.DeleteDraft", func(t *tx) error {
		_, err := t.exec("DELETE FROM drafts WHERE id = ?", id)
		return err
	})
}

// DeleteExpiredDrafts implements store.Drafts.
func (s *Store) DeleteExpiredDrafts(ctx context.Context, before time.Time, limit int) ([]string, error) {
	const op = "sqlitestore.DeleteExpiredDrafts"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var ids []string
	err := s.each(ctx, op, "SELECT id FROM drafts WHERE expires IS NOT NULL AND expires < ? ORDER BY expires LIMIT ?", []any{ms(before), limit},
		func(rows *sql.Rows) (bool, error) {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return true, err
		})
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var gone []string
	err = s.writer.do(ctx, op, func(t *tx) error {
		gone = nil
		for _, id := range ids { // asked again: the owner may have saved it since
			res, err := t.exec("DELETE FROM drafts WHERE id = ? AND expires < ?", id, ms(before))
			if err != nil {
				return err
			}
			if n, err := res.RowsAffected(); err != nil {
				return err
			} else if n > 0 {
				gone = append(gone, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return gone, nil
}
