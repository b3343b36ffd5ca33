package sqlitestore

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// InsertCase implements store.Cases.
func (s *Store) InsertCase(ctx context.Context, row store.CaseRow) error {
	const op = "sqlitestore.InsertCase"
	if err := row.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		res, err := t.exec(`INSERT INTO cases (id, tenant, authority, form, reference, dedupe, number, state, assignee,
			submitted, changed, waiting, due, rev, key, labels, tokens, card, chain, head)
			VALUES (?,?,?,?,?,?,?,?,?, ?,?,?,?,1,?,?,?,?,?,?)`,
			row.ID, row.Tenant, row.Authority, row.Form, row.Reference, sql.NullString{String: row.Dedupe, Valid: row.Dedupe != ""},
			row.Number, row.State, row.Assignee, ms(row.Submitted), ms(row.Changed), ms(row.Waiting), msOrNull(row.Due),
			row.Key, lines(row.Labels), lines(row.Tokens), row.Card, row.Chain, row.Head)
		if err != nil {
			return err
		}
		seq, err := res.LastInsertId()
		if err != nil {
			return err
		}
		if err := setAsked(t, seq, row); err != nil {
			return err
		}
		return addWords(t, seq, words(row.Labels, row.Tokens))
	})
}

// UpdateCase implements store.Cases.
func (s *Store) UpdateCase(ctx context.Context, row store.CaseRow) error {
	const op = "sqlitestore.UpdateCase"
	if err := row.Check(); err != nil {
		return fault.Wrap(op, err)
	}
	return s.writer.do(ctx, op, func(t *tx) error {
		var seq, rev int64
		var labels, tokens string
		found, err := t.get("SELECT seq, rev, labels, tokens FROM cases WHERE id = ?", []any{row.ID}, &seq, &rev, &labels, &tokens)
		if err := mayReplace(found, err, rev, row.Rev); err != nil {
			return err
		}
		_, err = t.exec(`UPDATE cases SET authority=?, form=?, number=?, state=?, assignee=?, changed=?, waiting=?, due=?, rev=?,
			key=?, labels=?, tokens=?, card=?, chain=?, head=? WHERE seq=?`,
			row.Authority, row.Form, row.Number, row.State, row.Assignee, ms(row.Changed), ms(row.Waiting), msOrNull(row.Due), row.Rev,
			row.Key, lines(row.Labels), lines(row.Tokens), row.Card, row.Chain, row.Head, seq)
		if err != nil {
			return err
		}
		if err := setAsked(t, seq, row); err != nil {
			return err
		}
		if labels == lines(row.Labels) && tokens == lines(row.Tokens) {
			return nil
		}
		before, after := words(split(labels), split(tokens)), words(row.Labels, row.Tokens)
		if err := dropWords(t, seq, without(before, after)); err != nil {
			return err
		}
		return addWords(t, seq, without(after, before))
	})
}

// setAsked notes since when a case waits for a signature, or that it waits for none.
func setAsked(t *tx, seq int64, row store.CaseRow) error {
	var authority string
	var asked int64
	found, err := t.get("SELECT authority, asked FROM case_asked WHERE seq = ?", []any{seq}, &authority, &asked)
	switch {
	case err != nil:
		return err
	case !row.Asked.IsZero() && (!found || authority != row.Authority || asked != ms(row.Asked)):
		_, err = t.exec("INSERT OR REPLACE INTO case_asked (seq, authority, asked, id) VALUES (?,?,?,?)", seq, row.Authority, ms(row.Asked), row.ID)
	case row.Asked.IsZero() && found:
		_, err = t.exec("DELETE FROM case_asked WHERE seq = ?", seq)
	}
	return err
}

// mayReplace refuses a compare-and-set on a row that is not there or has another revision than next-1.
func mayReplace(found bool, err error, rev, next int64) error {
	switch {
	case err != nil:
		return err
	case !found:
		return fault.NotFound
	case rev != next-1:
		return fault.Conflict
	}
	return nil
}

// DeleteCase implements store.Cases.
func (s *Store) DeleteCase(ctx context.Context, id string) error {
	return s.writer.do(ctx, "sqlitestore.DeleteCase", func(t *tx) error {
		var seq int64
		var labels, tokens string
		found, err := t.get("SELECT seq, labels, tokens FROM cases WHERE id = ?", []any{id}, &seq, &labels, &tokens)
		if err != nil {
			return err
		}
		if found {
			if err := dropWords(t, seq, words(split(labels), split(tokens))); err != nil {
				return err
			}
			if err := setAsked(t, seq, store.CaseRow{}); err != nil {
				return err
			}
			if _, err := t.exec("DELETE FROM cases WHERE seq = ?", seq); err != nil {
				return err
			}
		}
		_, err = t.exec("DELETE FROM parts WHERE case_id = ?", id)
		return err
	})
}

const (
	listColumns = "c.id, c.tenant, c.authority, c.form, c.reference, c.dedupe, c.number, c.state, c.assignee, " +
		"c.submitted, c.changed, c.waiting, c.due, c.rev, c.key, c.labels, c.tokens, c.card, " +
		"(SELECT asked FROM case_asked WHERE seq = c.seq)"
	allColumns = listColumns + ", c.chain, c.head"
)

// scanCase reads listColumns, and what follows them into rest.
func scanCase(rows *sql.Rows, row *store.CaseRow, rest ...any) error {
	var dedupe sql.NullString
	var submitted, changed, waiting int64
	var due, asked sql.NullInt64
	var labels, tokens string
	into := append([]any{&row.ID, &row.Tenant, &row.Authority, &row.Form, &row.Reference, &dedupe, &row.Number, &row.State,
		&row.Assignee, &submitted, &changed, &waiting, &due, &row.Rev, &row.Key, &labels, &tokens, &row.Card, &asked}, rest...)
	if err := rows.Scan(into...); err != nil {
		return err
	}
	row.Dedupe = dedupe.String
	row.Submitted, row.Changed, row.Waiting, row.Due, row.Asked = at(submitted), at(changed), at(waiting), atOrZero(due), atOrZero(asked)
	row.Labels, row.Tokens = split(labels), split(tokens)
	return nil
}

// Case implements store.Cases.
func (s *Store) Case(ctx context.Context, id string) (store.CaseRow, error) {
	return s.findCase(ctx, "sqlitestore.Case", "SELECT "+allColumns+" FROM cases c WHERE id = ?", id)
}

// FindCase implements store.Cases.
func (s *Store) FindCase(ctx context.Context, by store.CaseKey) (store.CaseRow, error) {
	const op = "sqlitestore.FindCase"
	if err := by.Check(); err != nil {
		return store.CaseRow{}, fault.Wrap(op, err)
	}
	if by.Reference != "" {
		return s.findCase(ctx, op, "SELECT "+allColumns+" FROM cases c WHERE reference = ?", by.Reference)
	}
	return s.findCase(ctx, op, "SELECT "+allColumns+" FROM cases c WHERE dedupe = ?", by.Dedupe)
}

func (s *Store) findCase(ctx context.Context, op, text, key string) (store.CaseRow, error) {
	var row store.CaseRow
	err := s.one(ctx, op, text, []any{key}, func(rows *sql.Rows) error {
		return scanCase(rows, &row, &row.Chain, &row.Head)
	})
	return row, err
}

// DueCases implements store.Cases.
func (s *Store) DueCases(ctx context.Context, t time.Time, limit int) ([]string, error) {
	const op = "sqlitestore.DueCases"
	if err := store.CheckLimit(limit); err != nil {
		return nil, fault.Wrap(op, err)
	}
	var ids []string
	err := s.each(ctx, op, "SELECT id FROM cases WHERE due IS NOT NULL AND due <= ? ORDER BY due, id LIMIT ?", []any{ms(t), limit},
		func(rows *sql.Rows) (bool, error) {
			var id string
			err := rows.Scan(&id)
			ids = append(ids, id)
			return true, err
		})
	return ids, err
}

// NextDue implements store.Cases.
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var due sql.NullInt64
	err := s.one(ctx, "sqlitestore.NextDue", "SELECT min(due) FROM cases WHERE due IS NOT NULL", nil,
		func(rows *sql.Rows) error { return rows.Scan(&due) })
	return atOrZero(due), err
}

// Labels and tokens are kept twice: one a line in the row, to be given back, and word by word in case_words, to be found.

func lines(words []string) string { return strings.Join(words, "\n") }

func split(lines string) []string {
	if lines == "" {
		return nil
	}
	return strings.Split(lines, "\n")
}

func labelWord(label string) string { return "l" + label }
func tokenWord(token string) string { return "t" + token }

// words gives what a case is found by, sorted and each once: neighbours in the index are written together.
func words(labels, tokens []string) []string {
	all := make([]string, 0, len(labels)+len(tokens))
	for _, l := range labels {
		all = append(all, labelWord(l))
	}
	for _, t := range tokens {
		all = append(all, tokenWord(t))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// without gives the words of a that are not in b; both are sorted.
func without(a, b []string) []string {
	var rest []string
	for _, w := range a {
		if _, found := slices.BinarySearch(b, w); !found {
			rest = append(rest, w)
		}
	}
	return rest
}

func addWords(t *tx, seq int64, words []string) error {
	for _, w := range words {
		if _, err := t.exec("INSERT OR IGNORE INTO case_words (word, seq) VALUES (?, ?)", w, seq); err != nil {
			return err
		}
	}
	return nil
}

func dropWords(t *tx, seq int64, words []string) error {
	for _, w := range words {
		if _, err := t.exec("DELETE FROM case_words WHERE word = ? AND seq = ?", w, seq); err != nil {
			return err
		}
	}
	return nil
}
