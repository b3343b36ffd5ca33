package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// The values of the model's cases: few, so that they coincide.
var (
	authorities = []string{"ekkoping/bun", "ekkoping/ifn", "tallvik/bun"}
	forms       = []string{"skolskjuts", "bostadsanpassning", "orosanmälan"}
	states      = []string{"received", "waiting-signature", "assessing", "decided"}
	assignees   = []string{"", "", "staff-1", "staff-2"}
	labels      = []string{"brådskande", "skyddad", "två hem"}
	tokens      = []string{"tok-A", "tok-B", "tok-C", "tok-D", "tok-E"}
	orders      = []store.Order{store.WaitingLongest, store.NewestFirst, store.OldestFirst, store.ChangedLast, store.AskedLongest}
)

// listAgainstModel compares lists and counts with a plain filter and sort over the same rows, for many random queries.
func listAgainstModel(t *testing.T, s store.Store) {
	ctx := t.Context()
	r := rand.New(rand.NewPCG(2026, 11))
	rows := make([]store.CaseRow, 90)
	for n := range rows {
		row := sample(n)
		row.Authority, row.Form, row.State, row.Assignee = pick(r, authorities), pick(r, forms), pick(r, states), pick(r, assignees)
		row.Labels, row.Tokens = some(r, labels), some(r, tokens)
		row.Submitted = t0.Add(time.Duration(r.IntN(20)) * time.Hour)
		row.Changed = t0.Add(time.Duration(r.IntN(20)) * time.Hour)
		row.Waiting = t0.Add(time.Duration(r.IntN(20)) * time.Hour)
		if r.IntN(3) > 0 {
			row.Asked = t0.Add(time.Duration(r.IntN(20)) * time.Hour)
		}
		must(t, s.InsertCase(ctx, row))
		rows[n] = row
	}
	for i := range 150 {
		q := store.CaseQuery{Order: pick(r, orders), Limit: 1 + r.IntN(40)}
		if r.IntN(8) > 0 {
			q.Authorities = append(some(r, authorities), pick(r, authorities))
		}
		if r.IntN(3) == 0 || len(q.Authorities) == 0 {
			q.Tokens = append(some(r, tokens), pick(r, tokens))
		}
		if r.IntN(2) == 0 {
			q.States = some(r, states)
		}
		if r.IntN(3) == 0 {
			q.Forms = some(r, forms)
		}
		if r.IntN(3) == 0 {
			q.Labels = some(r, labels)
		}
		q.Assignee = pick(r, []string{"", "", "", "staff-1", "staff-9", store.Unassigned})
		if q.Order == store.AskedLongest && r.IntN(2) == 0 {
			q.AskedBefore = t0.Add(time.Duration(r.IntN(20)) * time.Hour)
		}
		matching := model(rows, q)
		if len(matching) > 0 && r.IntN(3) == 0 {
			q.After = store.CursorOf(pick(r, matching), q.Order)
		}
		expected := model(rows, q)

		got, err := s.ListCases(ctx, q)
		must(t, err)
		for k := range got {
			if k < len(expected) {
				w := expected[k]
				w.Chain, w.Head = nil, nil
				same(t, fmt.Sprintf("query %d: %+v: row %d", i, q, k), got[k], w)
			}
		}
		if n := min(len(expected), q.Limit); len(got) != n {
			t.Errorf("query %d: %+v: %d rows, want %d", i, q, len(got), n)
		}
		most := 1 + r.IntN(60)
		n, err := count(ctx, s, q, most)
		must(t, err)
		if n != min(most, len(matching)) {
			t.Errorf("query %d: %+v: counted %d, want %d", i, q, n, min(most, len(matching)))
		}
		if t.Failed() {
			return
		}
	}
}

// model is what a query means.
func model(rows []store.CaseRow, q store.CaseQuery) []store.CaseRow {
	dir := 1
	if q.Order == store.NewestFirst || q.Order == store.ChangedLast {
		dir = -1
	}
	order := func(a, b store.Cursor) int { return dir * cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) }
	any := func(allowed []string, v string) bool { return len(allowed) == 0 || slices.Contains(allowed, v) }
	all := func(required, have []string) bool {
		return !slices.ContainsFunc(required, func(w string) bool { return !slices.Contains(have, w) })
	}
	var out []store.CaseRow
	for _, row := range rows {
		if any(q.Authorities, row.Authority) && any(q.Forms, row.Form) && any(q.States, row.State) &&
			(q.Assignee == "" || q.Assignee == row.Assignee || q.Assignee == store.Unassigned && row.Assignee == "") &&
			(q.Order != store.AskedLongest || !row.Asked.IsZero()) && (q.AskedBefore.IsZero() || row.Asked.Before(q.AskedBefore)) &&
			all(q.Labels, row.Labels) && all(q.Tokens, row.Tokens) &&
			(q.After == store.Cursor{} || order(q.After, store.CursorOf(row, q.Order)) < 0) {
			out = append(out, row)
		}
	}
	slices.SortFunc(out, func(a, b store.CaseRow) int { return order(store.CursorOf(a, q.Order), store.CursorOf(b, q.Order)) })
	return out
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// some gives a random subset, often empty.
func some(r *rand.Rand, from []string) []string {
	var out []string
	for _, v := range from {
		if r.IntN(3) == 0 {
			out = append(out, v)
		}
	}
	return out
}

func listPagesOverTies(t *testing.T, s store.Store) {
	ctx := t.Context()
	const total = 37
	for n := range total {
		row := sample(n)
		row.State = states[n%2]
		row.Waiting = t0.Add(time.Duration(n/10) * time.Hour)
		row.Submitted, row.Changed, row.Asked = t0, t0, t0 // all the same
		must(t, s.InsertCase(ctx, row))
	}
	for _, order := range orders {
		for _, chosen := range [][]string{nil, states[:2]} {
			q := store.CaseQuery{Authorities: []string{"ekkoping/bun"}, States: chosen, Order: order, Limit: 7}
			seen := map[string]bool{}
			for range total {
				page, err := s.ListCases(ctx, q)
				must(t, err)
				if len(page) == 0 {
					break
				}
				for _, row := range page {
					if seen[row.ID] {
						t.Errorf("order %d: %s twice", order, row.ID)
					}
					seen[row.ID] = true
				}
				q.After = store.CursorOf(page[len(page)-1], order)
			}
			if len(seen) != total {
				t.Errorf("order %d: %d of %d rows in the pages", order, len(seen), total)
			}
		}
	}
}

func listFollowsUpdates(t *testing.T, s store.Store) {
	ctx := t.Context()
	row := sample(1)
	row.Asked = t0
	must(t, s.InsertCase(ctx, row))
	before := []store.CaseQuery{
		{Authorities: []string{"ekkoping/bun"}, States: []string{"received"}},
		{Authorities: []string{"ekkoping/bun"}, Assignee: store.Unassigned},
		{Authorities: []string{"ekkoping/bun"}, Labels: []string{"två hem"}},
		{Tokens: []string{"token-common"}},
		{Authorities: []string{"ekkoping/bun"}, Order: store.AskedLongest, AskedBefore: t0.Add(time.Hour)},
	}
	after := []store.CaseQuery{
		{Authorities: []string{"ekkoping/bun"}, States: []string{"decided"}},
		{Authorities: []string{"ekkoping/bun"}, Assignee: "staff-1"},
		{Authorities: []string{"ekkoping/bun"}, Labels: []string{"klar"}},
		{Tokens: []string{"token-new", "token-000001"}},
	}
	check := func(when string, found, not []store.CaseQuery) {
		t.Helper()
		for i, q := range slices.Concat(found, not) {
			expected := 0
			if i < len(found) {
				expected = 1
			}
			list, err := s.ListCases(ctx, q)
			must(t, err)
			n, err := count(ctx, s, q, 5)
			must(t, err)
			if len(list) != expected || n != expected {
				t.Errorf("%s: %+v lists %d and counts %d, want %d", when, q, len(list), n, expected)
			}
		}
	}
	check("before", before, after)
	row.State, row.Assignee, row.Labels, row.Tokens, row.Rev = "decided", "staff-1", []string{"klar"}, []string{"token-000001", "token-new"}, 2
	row.Asked = time.Time{}
	must(t, s.UpdateCase(ctx, row))
	check("after", after, before)
	row.Authority, row.Asked, row.Rev = "tallvik/bun", t0.Add(2*time.Hour), 3
	must(t, s.UpdateCase(ctx, row))
	moved := store.CaseQuery{Authorities: []string{"tallvik/bun"}, Order: store.AskedLongest}
	check("asked elsewhere", []store.CaseQuery{moved}, append(before, after[:3]...))
	must(t, s.DeleteCase(ctx, row.ID))
	check("deleted", nil, []store.CaseQuery{moved})
}

func listRefusals(t *testing.T, s store.Store) {
	for name, q := range map[string]store.CaseQuery{
		"unrestricted":          {},
		"only states and forms": {States: states, Forms: forms, Assignee: "staff-1", Labels: labels},
		"limit over 500":        {Authorities: authorities, Limit: 501},
		"negative limit":        {Authorities: authorities, Limit: -1},
		"unknown order":         {Authorities: authorities, Order: 17},
		"asked before":          {Authorities: authorities, AskedBefore: t0},
	} {
		_, err := s.ListCases(t.Context(), q)
		want(t, "ListCases "+name, err, fault.Invalid)
		q.Limit = 0
		if q.Check() != nil {
			_, err = s.CountCases(t.Context(), 10, q)
			want(t, "CountCases "+name, err, fault.Invalid)
		}
	}
	_, err := s.CountCases(t.Context(), 0, store.CaseQuery{Authorities: authorities})
	want(t, "CountCases up to nothing", err, fault.Invalid)
}

// count asks for one figure among several, so that the order of the answers is held to the order of the questions.
func count(ctx context.Context, s store.Store, q store.CaseQuery, most int) (int, error) {
	none := store.CaseQuery{Authorities: []string{"nobody"}}
	all, err := s.CountCases(ctx, most, none, q, none)
	if err != nil {
		return 0, err
	}
	if len(all) != 3 || all[0] != 0 || all[2] != 0 {
		return 0, fmt.Errorf("three figures were asked for, and %v came", all)
	}
	return all[1], nil
}

func countCapped(t *testing.T, s store.Store) {
	ctx := t.Context()
	for n := range 60 {
		must(t, s.InsertCase(ctx, sample(n)))
	}
	q := store.CaseQuery{Authorities: []string{"ekkoping/bun"}}
	for most, expected := range map[int]int{1: 1, 59: 59, 60: 60, 61: 60, 1000: 60} {
		n, err := count(ctx, s, q, most)
		must(t, err)
		if n != expected {
			t.Errorf("counted %d up to %d, want %d", n, most, expected)
		}
	}
	page, err := s.ListCases(ctx, q)
	must(t, err)
	if len(page) != store.DefaultLimit {
		t.Fatalf("a page without a limit has %d rows, want %d", len(page), store.DefaultLimit)
	}
	q.After, q.Limit = store.CursorOf(page[9], q.Order), 3 // a count is of everything
	n, err := count(ctx, s, q, 1000)
	must(t, err)
	if n != 60 {
		t.Errorf("counted %d with a cursor, want 60", n)
	}
}
