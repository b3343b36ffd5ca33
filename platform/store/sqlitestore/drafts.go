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
		_, err := t.exec(`INSERT INTO drafts (id, tenant, form, version, owner, created, changed, expires, notice, rev, key, body)
			VALUES (?,?,?,?,?,?,?,?,?,1,?,?)`,
			d.ID, d.Tenant, d.Form, d.Version, d.Owner, ms(d.Created), ms(d.Changed), msOrNull(d.Expires), msOrNull(d.Notice), d.Key, d.Body)
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
		_, err = t.exec(`UPDATE drafts SET tenant=?, form=?, version=?, owner=?, created=?, changed=?, expires=?, notice=?, rev=?, key=?, body=? WHERE seq=?`,
			d.Tenant, d.Form, d.Version, d.Owner, ms(d.Created), ms(d.Changed), msOrNull(d.Expires), msOrNull(d.Notice), d.Rev, d.Key, d.Body, seq)
		return err
	})
}

const draftColumns = "id, tenant, form, version, owner, created, changed, expires, notice, rev, key, body"

func scanDraft(rows *sql.Rows) (store.DraftRow, error) {
	var d store.DraftRow
	var created, changed int64
	var expires, notice sql.NullInt64
	err := rows.Scan(&d.ID, &d.Tenant, &d.Form, &d.Version, &d.Owner, &created, &changed, &expires, &notice, &d.Rev, &d.Key, &d.Body)
	d.Created, d.Changed, d.Expires, d.Notice = at(created), at(changed), atOrZero(expires), atOrZero(notice)
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

// ExpiredDrafts implements store.Drafts.
func (s *Store) ExpiredDrafts(ctx context.Context, before time.Time, limit int) ([]store.DraftRow, error) {
	return s.draftsBy(ctx, "sqlitestore.ExpiredDrafts", "expires IS NOT NULL AND expires < ? ORDER BY expires, id LIMIT ?", before, limit)
}

// NoticeDrafts implements store.Drafts.
func (s *Store) NoticeDrafts(ctx context.Context, t time.Time, limit int) ([]store.DraftRow, error) {
	return s.draftsBy(ctx, "sqlitestore.NoticeDrafts", "notice IS NOT NULL AND notice <= ? ORDER BY notice, id LIMIT ?", t, limit)
}

func (s *Store) draftsBy(ctx context.Context, op, where string, t time.Time, limit int) ([]store.DraftRow, error) {
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var drafts []store.DraftRow
	err := s.each(ctx, op, "SELECT "+draftColumns+" FROM drafts WHERE "+where, []any{ms(t), limit},
		func(rows *sql.Rows) (bool, error) {
			d, err := scanDraft(rows)
			drafts = append(drafts, d)
			return true, err
		})
	return drafts, err
}

// SetDraftNotice implements store.Drafts.
func (s *Store) SetDraftNotice(ctx context.Context, id string, was, to time.Time) error {
	return s.writer.do(ctx, "sqlitestore.SetDraftNotice", func(t *tx) error {
		var seq int64
		var notice sql.NullInt64
		found, err := t.get("SELECT seq, notice FROM drafts WHERE id = ?", []any{id}, &seq, &notice)
		switch {
		case err != nil:
			return err
		case !found:
			return fault.NotFound
		case !atOrZero(notice).Equal(was):
			return fault.Conflict
		}
		_, err = t.exec("UPDATE drafts SET notice=? WHERE seq=?", msOrNull(to), seq)
		return err
	})
}
