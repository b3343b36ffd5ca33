package sqlitestore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// How a list is found. There are two ways, and neither looks at more than it must:
//
//   - By ranges: for each authority and state asked for, the index gives its rows already in order, so the first page of
//     each range is read and the pages are merged. Fifty rows of a million cost what fifty of a hundred do.
//   - By a word: a token or a label that few cases have gives those cases, which are then filtered and sorted.
//
// What is sorted by since when a signature is asked for stands in a table of its own, by authority: no ranges of states there.
//
// A filter without states ranges over the states that exist, which the index gives in as many steps as there are states.

// maxRanges bounds a merge; SQLite takes at most 500 terms in a compound SELECT.
const maxRanges = 200

// rare is how many cases a word may have for them all to be looked at.
const rare = 1000

// sorting is a store.Order in SQL.
type sorting struct {
	column, index, dir, beyond string
	table                      string // that column stands in, as it is called in the queries: cases c, or case_asked a
}

// at is the column with its table.
func (s sorting) at() string { return s.table + "." + s.column }

// join brings the table in where the query goes through the cases.
func (s sorting) join() string {
	if s.table == "a" {
		return " CROSS JOIN case_asked a ON a.seq = c.seq"
	}
	return ""
}

func sortingOf(o store.Order) sorting {
	switch o {
	case store.NewestFirst:
		return sorting{"submitted", "cases_submitted", "DESC", "<", "c"}
	case store.OldestFirst:
		return sorting{"submitted", "cases_submitted", "ASC", ">", "c"}
	case store.ChangedLast:
		return sorting{"changed", "cases_changed", "DESC", "<", "c"}
	case store.AskedLongest:
		return sorting{"asked", "case_asked_longest", "ASC", ">", "a"}
	}
	return sorting{"waiting", "cases_waiting", "ASC", ">", "c"}
}

// ListCases implements store.Cases.
func (s *Store) ListCases(ctx context.Context, q store.CaseQuery) ([]store.CaseRow, error) {
	const op = "sqlitestore.ListCases"
	if err := q.Check(); err != nil {
		return nil, fault.Wrap(op, err)
	}
	b, err := s.candidates(ctx, op, q, true, q.PageSize())
	if err != nil {
		return nil, err
	}
	by := sortingOf(q.Order)
	text := fmt.Sprintf("SELECT %s FROM (%s) k CROSS JOIN cases c ON c.seq = k.seq ORDER BY k.sort %[3]s, k.id %[3]s", listColumns, b.text(), by.dir)
	rows := make([]store.CaseRow, 0, min(q.PageSize(), 64))
	err = s.each(ctx, op, text, b.args, func(r *sql.Rows) (bool, error) {
		var row store.CaseRow
		err := scanCase(r, &row)
		rows = append(rows, row)
		return true, err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// CountCases implements store.Cases.
func (s *Store) CountCases(ctx context.Context, most int, qs ...store.CaseQuery) ([]int, error) {
	out := make([]int, len(qs))
	for i, q := range qs {
		var err error
		if out[i], err = s.count(ctx, q, most); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Store) count(ctx context.Context, q store.CaseQuery, most int) (int, error) {
	const op = "sqlitestore.CountCases"
	q.After, q.Limit = store.Cursor{}, 0
	if err := q.Check(); err != nil {
		return 0, fault.Wrap(op, err)
	}
	if err := store.CheckLimit(most); err != nil {
		return 0, fault.Wrap(op, err)
	}
	b, err := s.candidates(ctx, op, q, false, most)
	if err != nil {
		return 0, err
	}
	var n int
	err = s.one(ctx, op, "SELECT count(*) FROM ("+b.text()+")", b.args, func(r *sql.Rows) error { return r.Scan(&n) })
	return n, err
}

// builder makes SQL text and its arguments side by side.
type builder struct {
	sql  strings.Builder
	args []any
}

func (b *builder) text() string { return b.sql.String() }

func (b *builder) add(text string, args ...any) {
	b.sql.WriteString(text)
	b.args = append(b.args, args...)
}

// limit writes the number out: SQLite's planner looks at the value of a bound limit, and so compiles the statement anew
// each time one is bound. There are few limits, so there are few texts.
func (b *builder) limit(n int) { b.add(" LIMIT " + strconv.Itoa(n)) }

func (b *builder) in(column string, values []string) {
	b.add(" AND " + column + " IN (?" + strings.Repeat(",?", len(values)-1) + ")")
	for _, v := range values {
		b.args = append(b.args, v)
	}
}

// candidates builds the query that gives (seq, sort, id) of at most limit rows, the first ones when ordered.
func (s *Store) candidates(ctx context.Context, op string, q store.CaseQuery, ordered bool, limit int) (*builder, error) {
	q.Authorities, q.States, q.Forms = unique(q.Authorities), unique(q.States), unique(q.Forms)
	b := &builder{}
	by := sortingOf(q.Order)
	all := words(q.Labels, q.Tokens)
	tail := func() {
		if ordered {
			b.add(" ORDER BY sort " + by.dir + ", id " + by.dir)
		}
		b.limit(limit)
	}

	driver, err := s.rarest(ctx, op, all, len(q.Authorities) == 0)
	if err != nil {
		return nil, err
	}
	if driver != "" {
		b.add("SELECT c.seq, "+by.at()+" AS sort, c.id AS id FROM case_words w CROSS JOIN cases c ON c.seq = w.seq"+by.join()+" WHERE w.word = ?", driver)
		if len(q.Authorities) > 0 {
			b.in("c.authority", q.Authorities)
		}
		if len(q.States) > 0 {
			b.in("c.state", q.States)
		}
		b.filter(q, by, all, driver)
		tail()
		return b, nil
	}

	if q.Assignee != "" && q.Assignee != store.Unassigned { // what one person has is little enough to sort
		b.add("SELECT c.seq, "+by.at()+" AS sort, c.id AS id FROM cases c INDEXED BY cases_assignee"+by.join()+" WHERE c.assignee <> '' AND c.assignee = ?", q.Assignee)
		b.in("c.authority", q.Authorities)
		if len(q.States) > 0 {
			b.in("c.state", q.States)
		}
		b.filter(q, by, all, "")
		tail()
		return b, nil
	}

	if by.table == "a" {
		for i, authority := range q.Authorities {
			if i > 0 {
				b.add(" UNION ALL ")
			}
			b.add("SELECT * FROM (SELECT a.seq, a.asked AS sort, a.id FROM case_asked a INDEXED BY "+by.index+
				" CROSS JOIN cases c ON c.seq = a.seq WHERE a.authority = ?", authority)
			if len(q.States) > 0 {
				b.in("c.state", q.States)
			}
			b.filter(q, by, all, "")
			if ordered {
				b.add(" ORDER BY a.asked, a.id")
			}
			b.limit(limit)
			b.add(")")
		}
		tail()
		return b, nil
	}

	if ordered && len(q.States) == 0 {
		if q.States, err = s.states(ctx, op, q.Authorities); err != nil {
			return nil, err
		}
	}
	if !ordered || len(q.States) == 0 || len(q.Authorities)*len(q.States) > maxRanges {
		b.add("SELECT c.seq, " + by.at() + " AS sort, c.id AS id FROM cases c INDEXED BY " + by.index + " WHERE true")
		b.in("c.authority", q.Authorities)
		if len(q.States) > 0 {
			b.in("c.state", q.States)
		}
		b.filter(q, by, all, "")
		tail()
		return b, nil
	}
	for i, authority := range q.Authorities {
		for j, state := range q.States {
			if i+j > 0 {
				b.add(" UNION ALL ")
			}
			b.add("SELECT * FROM (SELECT c.seq, "+by.at()+" AS sort, c.id AS id FROM cases c INDEXED BY "+by.index+
				" WHERE c.authority = ? AND c.state = ?", authority, state)
			b.filter(q, by, all, "")
			b.add(" ORDER BY " + by.at() + " " + by.dir + ", c.id " + by.dir)
			b.limit(limit)
			b.add(")")
		}
	}
	tail()
	return b, nil
}

// filter adds what remains: the cursor, forms, assignee, and words other than the one that drives.
func (b *builder) filter(q store.CaseQuery, by sorting, all []string, driver string) {
	if q.After != (store.Cursor{}) {
		b.add(" AND ("+by.at()+", "+by.table+".id) "+by.beyond+" (?, ?)", ms(q.After.Time), q.After.ID)
	}
	if !q.AskedBefore.IsZero() {
		b.add(" AND a.asked < ?", ms(q.AskedBefore))
	}
	if len(q.Forms) > 0 {
		b.in("c.form", q.Forms)
	}
	switch q.Assignee {
	case "":
	case store.Unassigned:
		b.add(" AND c.assignee = ''")
	default:
		b.add(" AND c.assignee = ?", q.Assignee)
	}
	for _, w := range all {
		if w != driver {
			b.add(" AND EXISTS (SELECT 1 FROM case_words x WHERE x.word = ? AND x.seq = c.seq)", w)
		}
	}
}

// rarest gives the word that fewest cases have, if that is few enough to look at them all or if it must drive.
func (s *Store) rarest(ctx context.Context, op string, words []string, must bool) (string, error) {
	if must && len(words) == 1 {
		return words[0], nil
	}
	best, least := "", rare
	if must {
		least = rare + 1
	}
	for _, w := range words {
		var n int
		err := s.one(ctx, op, "SELECT count(*) FROM (SELECT 1 FROM case_words WHERE word = ? LIMIT "+strconv.Itoa(rare)+")", []any{w},
			func(r *sql.Rows) error { return r.Scan(&n) })
		if err != nil {
			return "", err
		}
		if n < least {
			best, least = w, n
		}
	}
	return best, nil
}

// states gives the states that the authorities' cases have, by stepping through the index from one to the next. It is a
// reading of its own: a case that just became the first in its state is in the next list.
func (s *Store) states(ctx context.Context, op string, authorities []string) ([]string, error) {
	var states []string
	for _, authority := range authorities {
		err := s.each(ctx, op, `WITH RECURSIVE step(state) AS (
				SELECT (SELECT min(state) FROM cases WHERE authority = ?1)
				UNION ALL SELECT (SELECT min(state) FROM cases WHERE authority = ?1 AND state > step.state) FROM step WHERE step.state IS NOT NULL)
			SELECT state FROM step WHERE state IS NOT NULL`, []any{authority},
			func(r *sql.Rows) (bool, error) {
				var state string
				err := r.Scan(&state)
				states = append(states, state)
				return true, err
			})
		if err != nil {
			return nil, err
		}
	}
	return unique(states), nil
}

// unique gives the values sorted, each once: a range asked for twice would give its rows twice.
func unique(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}
