package storetest

import (
	"fmt"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

func caseRoundTrip(t *testing.T, s store.Store) {
	ctx := t.Context()
	full := sample(1)
	bare := store.CaseRow{ID: "bare", Reference: "R", Rev: 1}
	for _, row := range []store.CaseRow{full, bare} {
		must(t, s.InsertCase(ctx, row))
		got, err := s.Case(ctx, row.ID)
		must(t, err)
		same(t, "Case", got, row)
		got, err = s.FindCase(ctx, store.CaseKey{Reference: row.Reference})
		must(t, err)
		same(t, "FindCase by reference", got, row)
	}
	got, err := s.FindCase(ctx, store.CaseKey{Dedupe: full.Dedupe})
	must(t, err)
	same(t, "FindCase by dedupe", got, full)

	_, err = s.Case(ctx, "nobody")
	want(t, "Case", err, fault.NotFound)
	_, err = s.FindCase(ctx, store.CaseKey{Reference: "nobody"})
	want(t, "FindCase by reference", err, fault.NotFound)
	_, err = s.FindCase(ctx, store.CaseKey{Dedupe: "nobody"})
	want(t, "FindCase by dedupe", err, fault.NotFound)
}

func caseUniqueKeys(t *testing.T, s store.Store) {
	ctx := t.Context()
	first := sample(1)
	must(t, s.InsertCase(ctx, first))
	for name, change := range map[string]func(*store.CaseRow){
		"ID":        func(r *store.CaseRow) { r.ID = first.ID },
		"Reference": func(r *store.CaseRow) { r.Reference = first.Reference },
		"Dedupe":    func(r *store.CaseRow) { r.Dedupe = first.Dedupe },
	} {
		row := sample(2)
		row.Tenant = "tallvik" // unique over all tenants
		change(&row)
		want(t, "a taken "+name, s.InsertCase(ctx, row), fault.Exists)
		if row.ID != first.ID {
			_, err := s.Case(ctx, row.ID)
			want(t, "the refused case", err, fault.NotFound)
		}
	}
	// A refused insert holds no key: both still free.
	must(t, s.InsertCase(ctx, sample(2)))

	for n := range 3 { // no Dedupe is no key
		row := sample(10 + n)
		row.Dedupe = ""
		must(t, s.InsertCase(ctx, row))
	}
	got, err := s.Case(ctx, first.ID)
	must(t, err)
	same(t, "the first", got, first)
}

func caseInvalid(t *testing.T, s store.Store) {
	ctx := t.Context()
	for name, change := range map[string]func(*store.CaseRow){
		"no ID":        func(r *store.CaseRow) { r.ID = "" },
		"no Reference": func(r *store.CaseRow) { r.Reference = "" },
		"line break":   func(r *store.CaseRow) { r.Labels = []string{"a\nb"} },
		"empty token":  func(r *store.CaseRow) { r.Tokens = []string{""} },
	} {
		row := sample(1)
		change(&row)
		want(t, name, s.InsertCase(ctx, row), fault.Invalid)
		want(t, name, s.UpdateCase(ctx, row), fault.Invalid)
	}
	for _, key := range []store.CaseKey{{}, {Reference: "a", Dedupe: "b"}} {
		_, err := s.FindCase(ctx, key)
		want(t, fmt.Sprintf("FindCase(%+v)", key), err, fault.Invalid)
	}
}

func caseCompareAndSet(t *testing.T, s store.Store) {
	ctx := t.Context()
	row := sample(1)
	row.Rev = 2
	want(t, "update of none", s.UpdateCase(ctx, row), fault.NotFound)

	row.Rev = 77 // an insert is always revision 1
	must(t, s.InsertCase(ctx, row))
	for _, rev := range []int64{0, 1, 3, 78} {
		row.Rev = rev
		want(t, fmt.Sprintf("update to revision %d", rev), s.UpdateCase(ctx, row), fault.Conflict)
	}
	got, err := s.Case(ctx, row.ID)
	must(t, err)
	same(t, "after refused updates", got, sample(1))

	next := store.CaseRow{ // every field that may change does, among them to nothing
		ID: row.ID, Tenant: row.Tenant, Reference: row.Reference, Dedupe: row.Dedupe, Submitted: row.Submitted,
		Authority: "ekkoping/ivo", Form: "skolskjuts-2", Number: "BUN 2026/17", State: "decided", Assignee: "staff-1",
		Tokens:  []string{"other"},
		Changed: row.Changed.Add(time.Hour), Waiting: row.Waiting.Add(time.Hour),
		Rev: 2, Card: []byte("card 2"), Chain: []byte("chain 2"), Head: []byte("head 2"),
	}
	must(t, s.UpdateCase(ctx, next))
	got, err = s.Case(ctx, row.ID)
	must(t, err)
	same(t, "after the update", got, next)
	want(t, "the same update again", s.UpdateCase(ctx, next), fault.Conflict)
}

func caseUpdateKeeps(t *testing.T, s store.Store) {
	ctx := t.Context()
	row := sample(1)
	must(t, s.InsertCase(ctx, row))
	must(t, s.InsertCase(ctx, sample(2)))
	changed := row
	changed.Tenant, changed.Reference, changed.Dedupe, changed.Submitted, changed.Rev = "tallvik", "EK-000002", "", t0.AddDate(1, 0, 0), 2
	must(t, s.UpdateCase(ctx, changed))
	got, err := s.Case(ctx, row.ID)
	must(t, err)
	row.Rev = 2
	same(t, "what does not change", got, row)
	_, err = s.FindCase(ctx, store.CaseKey{Dedupe: row.Dedupe})
	must(t, err)
}

func caseUpdateRace(t *testing.T, s store.Store) {
	ctx := t.Context()
	const workers, rounds = 8, 5
	must(t, s.InsertCase(ctx, sample(1)))
	errs := together(workers, func(w int) error {
		for i := 0; i < rounds; {
			row, err := s.Case(ctx, "case-000001")
			if err != nil {
				return err
			}
			row.Rev++
			row.Head = append(row.Head, byte('a'+w))
			switch err := s.UpdateCase(ctx, row); fault.KindOf(err) {
			case fault.Conflict: // load again, apply again
			default:
				if err != nil {
					return err
				}
				i++
			}
		}
		return nil
	})
	for _, err := range errs {
		must(t, err)
	}
	got, err := s.Case(ctx, "case-000001")
	must(t, err)
	if wantRev, wantLen := int64(1+workers*rounds), len("head")+workers*rounds; got.Rev != wantRev || len(got.Head) != wantLen {
		t.Errorf("revision %d with %d bytes, want %d with %d: an update was lost", got.Rev, len(got.Head), wantRev, wantLen)
	}
}

func caseInsertRace(t *testing.T, s store.Store) {
	errs := together(12, func(i int) error {
		row := sample(i)
		row.Dedupe = "the same draft"
		return s.InsertCase(t.Context(), row)
	})
	if n := winners(t, errs, fault.Exists); n != 1 {
		t.Errorf("%d cases were made from one draft", n)
	}
	row, err := s.FindCase(t.Context(), store.CaseKey{Dedupe: "the same draft"})
	must(t, err)
	list, err := s.ListCases(t.Context(), store.CaseQuery{Authorities: []string{row.Authority}})
	must(t, err)
	if len(list) != 1 || list[0].ID != row.ID {
		t.Errorf("%d cases are listed", len(list))
	}
}

func caseDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.DeleteCase(ctx, "nobody"))
	for n := 1; n <= 2; n++ {
		must(t, s.InsertCase(ctx, sample(n)))
		must(t, s.PutParts(ctx, store.Part{Case: sample(n).ID, ID: "p", Kind: "answers", Created: t0, Body: []byte("x")}))
	}
	must(t, s.DeleteCase(ctx, sample(1).ID))
	must(t, s.DeleteCase(ctx, sample(1).ID))
	_, err := s.Case(ctx, sample(1).ID)
	want(t, "the deleted case", err, fault.NotFound)
	_, err = s.GetParts(ctx, sample(1).ID, "p")
	want(t, "its part", err, fault.NotFound)
	list, err := s.ListCases(ctx, store.CaseQuery{Tokens: []string{"token-common"}})
	must(t, err)
	if len(list) != 1 || list[0].ID != sample(2).ID {
		t.Errorf("%d cases are found by the token, want the one left", len(list))
	}
	_, err = s.GetParts(ctx, sample(2).ID, "p")
	must(t, err)
	must(t, s.InsertCase(ctx, sample(1))) // its keys are free again
}

func caseDue(t *testing.T, s store.Store) {
	ctx := t.Context()
	next, err := s.NextDue(ctx)
	must(t, err)
	if !next.IsZero() {
		t.Errorf("NextDue of nothing is %v", next)
	}
	never := sample(9)
	never.Due = time.Time{}
	must(t, s.InsertCase(ctx, never))
	for _, n := range []int{3, 1, 4, 2} {
		must(t, s.InsertCase(ctx, sample(n)))
	}
	tie := sample(5)
	tie.Due = sample(2).Due
	must(t, s.InsertCase(ctx, tie))

	next, err = s.NextDue(ctx)
	must(t, err)
	same(t, "NextDue", next, sample(1).Due)
	for _, tt := range []struct {
		until time.Time
		limit int
		want  []string
	}{
		{sample(1).Due.Add(-time.Millisecond), 10, nil},
		{sample(1).Due, 10, []string{"case-000001"}},
		{sample(3).Due, 10, []string{"case-000001", "case-000002", "case-000005", "case-000003"}},
		{sample(3).Due, 3, []string{"case-000001", "case-000002", "case-000005"}},
		{t0.AddDate(9, 0, 0), 10, []string{"case-000001", "case-000002", "case-000005", "case-000003", "case-000004"}},
	} {
		got, err := s.DueCases(ctx, tt.until, tt.limit)
		must(t, err)
		same(t, fmt.Sprintf("DueCases(%v, %d)", tt.until, tt.limit), got, tt.want)
	}
	done := sample(1)
	done.Due, done.Rev = time.Time{}, 2
	must(t, s.UpdateCase(ctx, done))
	next, err = s.NextDue(ctx)
	must(t, err)
	same(t, "NextDue after the first is done", next, sample(2).Due)
	_, err = s.DueCases(ctx, t0, 0)
	want(t, "DueCases without a limit", err, fault.Invalid)
}

func caseBig(t *testing.T, s store.Store) {
	ctx := t.Context()
	row := sample(1)
	row.Head = noise(1 << 20)
	for i := range 300 {
		row.Tokens = append(row.Tokens, fmt.Sprintf("stem-%04d-åäö", i))
	}
	must(t, s.InsertCase(ctx, row))
	got, err := s.Case(ctx, row.ID)
	must(t, err)
	same(t, "a head of 1 MB", got, row)

	row.Rev, row.Head, row.Card = 2, noise(1<<20+7), nil
	must(t, s.UpdateCase(ctx, row))
	got, err = s.Case(ctx, row.ID)
	must(t, err)
	equalBytes(t, "an updated head of 1 MB", got.Head, row.Head)
	list, err := s.ListCases(ctx, store.CaseQuery{Tokens: []string{"stem-0299-åäö", "stem-0000-åäö"}})
	must(t, err)
	if len(list) != 1 || list[0].Head != nil || list[0].Chain != nil {
		t.Errorf("found %d by tokens, want one without Head and Chain", len(list))
	}

	part := store.Part{Case: row.ID, ID: "big", Kind: "document", Created: t0, Body: noise(5 << 20)}
	must(t, s.PutParts(ctx, part))
	parts, err := s.GetParts(ctx, row.ID, "big")
	must(t, err)
	equalBytes(t, "a part of 5 MB", parts[0].Body, part.Body)
}
