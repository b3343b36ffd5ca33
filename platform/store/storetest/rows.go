package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

func parts(t *testing.T, s store.Store) {
	ctx := t.Context()
	a := store.Part{Case: "c1", ID: "a", Kind: "answers", Created: t0.Add(time.Second), Body: []byte("A")}
	b := store.Part{Case: "c1", ID: "b", Kind: "facts", Created: t0, Body: []byte{}}
	c := store.Part{Case: "c1", ID: "c", Kind: "evidence", Created: t0, Body: []byte("C")}
	other := store.Part{Case: "c2", ID: "a", Kind: "answers", Created: t0, Body: []byte("other")}
	must(t, s.PutParts(ctx))
	must(t, s.PutParts(ctx, a, b, c, other))

	got, err := s.GetParts(ctx, "c1", "c", "a", "b", "a")
	must(t, err)
	same(t, "parts in the order asked", got, []store.Part{c, a, b, a})
	got, err = s.GetParts(ctx, "c1")
	must(t, err)
	same(t, "no parts", got, []store.Part{})
	_, err = s.GetParts(ctx, "c1", "a", "nothing")
	want(t, "a missing part", err, fault.NotFound)
	_, err = s.GetParts(ctx, "c2", "b")
	want(t, "another case's part", err, fault.NotFound)

	listed := []store.Part{b, c, a}
	for i := range listed {
		listed[i].Body = nil
	}
	got, err = s.ListParts(ctx, "c1")
	must(t, err)
	same(t, "ListParts", got, listed)
	got, err = s.ListParts(ctx, "nobody")
	must(t, err)
	same(t, "ListParts of no case", got, []store.Part{})

	bare := other
	bare.Body = nil
	for _, tt := range []struct {
		from, before time.Time
		limit        int
		want         []store.Part
	}{
		{t0, t0.Add(time.Second), 10, []store.Part{listed[0], listed[1], bare}}, // from on, and before
		{t0, t0.Add(time.Minute), 2, []store.Part{listed[0], listed[1]}},
		{t0.Add(time.Millisecond), t0.Add(time.Minute), 10, []store.Part{listed[2]}},
		{time.Time{}, t0, 10, []store.Part{}},
	} {
		got, err = s.PartsCreated(ctx, tt.from, tt.before, tt.limit)
		must(t, err)
		same(t, "PartsCreated", got, tt.want)
	}
	_, err = s.PartsCreated(ctx, t0, t0, 0)
	want(t, "PartsCreated without a limit", err, fault.Invalid)

	must(t, s.DeleteParts(ctx, "c1"))
	must(t, s.DeleteParts(ctx, "c1", "a", "nothing", "b"))
	got, err = s.ListParts(ctx, "c1")
	must(t, err)
	same(t, "after DeleteParts", got, listed[1:2])
	got, err = s.GetParts(ctx, "c2", "a")
	must(t, err)
	same(t, "the other case's part", got, []store.Part{other})

	var many []store.Part
	var ids []string
	for n := range 230 {
		p := store.Part{Case: "c3", ID: fmt.Sprintf("p%03d", n), Kind: "document", Created: t0, Body: []byte{byte(n)}}
		many, ids = append(many, p), append(ids, p.ID)
	}
	must(t, s.PutParts(ctx, many...))
	got, err = s.GetParts(ctx, "c3", ids...)
	must(t, err)
	same(t, "many parts", got, many)
}

func partsAreImmutable(t *testing.T, s store.Store) {
	ctx := t.Context()
	p := store.Part{Case: "c1", ID: "a", Kind: "answers", Created: t0, Body: []byte("first")}
	must(t, s.PutParts(ctx, p))
	must(t, s.PutParts(ctx, p))
	again, more := p, p
	again.Body, again.Kind = []byte("second"), "facts"
	more.ID = "b"
	must(t, s.PutParts(ctx, again, more)) // the part that is there does not stop the other
	got, err := s.GetParts(ctx, "c1", "a", "b")
	must(t, err)
	same(t, "the part", got, []store.Part{p, more})
}

func draft(n int) store.DraftRow {
	return store.DraftRow{ID: fmt.Sprintf("draft-%03d", n), Tenant: "ekkoping", Form: "skolskjuts", Version: "sha256:1", Owner: "owner-1",
		Created: t0, Changed: t0.Add(time.Duration(n) * time.Minute), Expires: t0.AddDate(0, 0, n), Rev: 1, Key: []byte("key"), Body: []byte("body")}
}

func drafts(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, n := range []int{2, 1, 3} {
		must(t, s.InsertDraft(ctx, draft(n)))
	}
	want(t, "InsertDraft again", s.InsertDraft(ctx, draft(1)), fault.Exists)
	foreign := draft(4)
	foreign.Owner = "owner-2"
	must(t, s.InsertDraft(ctx, foreign))

	got, err := s.Draft(ctx, "draft-001")
	must(t, err)
	same(t, "Draft", got, draft(1))
	_, err = s.Draft(ctx, "nobody")
	want(t, "Draft", err, fault.NotFound)
	list, err := s.ListDrafts(ctx, "owner-1")
	must(t, err)
	same(t, "ListDrafts", list, []store.DraftRow{draft(3), draft(2), draft(1)})
	list, err = s.ListDrafts(ctx, "nobody")
	must(t, err)
	same(t, "ListDrafts of nobody", list, []store.DraftRow{})

	elsewhere := draft(5)
	elsewhere.Tenant, elsewhere.Owner = "tallvik", "owner-3"
	must(t, s.InsertDraft(ctx, elsewhere))
	list, err = s.FormDrafts(ctx, "ekkoping", "skolskjuts", "", 10)
	must(t, err)
	same(t, "FormDrafts of all owners", list, []store.DraftRow{draft(1), draft(2), draft(3), foreign})
	list, err = s.FormDrafts(ctx, "ekkoping", "skolskjuts", "draft-001", 2)
	must(t, err)
	same(t, "FormDrafts after one", list, []store.DraftRow{draft(2), draft(3)})
	list, err = s.FormDrafts(ctx, "ekkoping", "fardtjanst", "", 10)
	must(t, err)
	same(t, "FormDrafts of another form", list, []store.DraftRow{})
	_, err = s.FormDrafts(ctx, "ekkoping", "skolskjuts", "", 0)
	want(t, "FormDrafts without a limit", err, fault.Invalid)

	next := draft(1)
	next.Rev, next.Body, next.Changed, next.Version = 2, noise(1<<20), t0.Add(time.Hour), "sha256:2"
	must(t, s.UpdateDraft(ctx, next))
	want(t, "UpdateDraft again", s.UpdateDraft(ctx, next), fault.Conflict)
	next.Rev = 4
	want(t, "UpdateDraft from the future", s.UpdateDraft(ctx, next), fault.Conflict)
	next.Rev = 2
	list, err = s.ListDrafts(ctx, "owner-1")
	must(t, err)
	same(t, "ListDrafts after a change", list, []store.DraftRow{next, draft(3), draft(2)})

	errs := together(8, func(i int) error {
		d := next
		d.Rev, d.Body = 3, []byte{byte(i)}
		return s.UpdateDraft(ctx, d)
	})
	if n := winners(t, errs, fault.Conflict); n != 1 {
		t.Errorf("%d of 8 tabs saved the same revision", n)
	}

	must(t, s.DeleteDraft(ctx, "draft-001"))
	must(t, s.DeleteDraft(ctx, "draft-001"))
	_, err = s.Draft(ctx, "draft-001")
	want(t, "the deleted draft", err, fault.NotFound)
	next.Rev = 4
	want(t, "UpdateDraft of none", s.UpdateDraft(ctx, next), fault.NotFound)
}

// When a draft's end is announced is set and taken away without a new revision, by one of those who try.
func draftsAnnounce(t *testing.T, s store.Store) {
	ctx := t.Context()
	var all []store.DraftRow
	for n := 1; n <= 3; n++ {
		d := draft(n)
		d.Notice = t0.Add(time.Duration(n) * time.Hour)
		must(t, s.InsertDraft(ctx, d))
		all = append(all, d)
	}
	must(t, s.InsertDraft(ctx, draft(4))) // nobody is to be told
	for _, tt := range []struct {
		t     time.Time
		limit int
		want  []store.DraftRow
	}{
		{t0, 10, []store.DraftRow{}},
		{all[1].Notice, 10, all[:2]}, // at, and before
		{t0.AddDate(100, 0, 0), 2, all[:2]},
		{t0.AddDate(100, 0, 0), 10, all},
	} {
		got, err := s.NoticeDrafts(ctx, tt.t, tt.limit)
		must(t, err)
		same(t, "NoticeDrafts", got, tt.want)
	}
	_, err := s.NoticeDrafts(ctx, t0, 0)
	want(t, "NoticeDrafts without a limit", err, fault.Invalid)
	later := t0.Add(24 * time.Hour)
	errs := together(4, func(i int) error {
		return s.SetDraftNotice(ctx, "draft-001", all[0].Notice, later.Add(time.Duration(i)*time.Minute))
	})
	if n := winners(t, errs, fault.Conflict); n != 1 {
		t.Errorf("%d of 4 took the same notice", n)
	}
	d, err := s.Draft(ctx, "draft-001")
	must(t, err)
	if d.Rev != all[0].Rev {
		t.Errorf("revision %d after a notice was taken, was %d", d.Rev, all[0].Rev)
	}
	must(t, s.SetDraftNotice(ctx, "draft-001", d.Notice, time.Time{}))
	want(t, "SetDraftNotice that has been taken", s.SetDraftNotice(ctx, "draft-001", later, t0), fault.Conflict)
	want(t, "SetDraftNotice of none", s.SetDraftNotice(ctx, "draft-009", later, t0), fault.NotFound)
	d.Rev, d.Notice = d.Rev+1, later
	must(t, s.UpdateDraft(ctx, d))
	got, err := s.NoticeDrafts(ctx, later, 10)
	must(t, err)
	same(t, "NoticeDrafts after a save", got, []store.DraftRow{all[1], all[2], d})
}

func draftsExpire(t *testing.T, s store.Store) {
	ctx := t.Context()
	for n := 1; n <= 5; n++ {
		must(t, s.InsertDraft(ctx, draft(n)))
	}
	never := draft(9)
	never.Expires = time.Time{}
	must(t, s.InsertDraft(ctx, never))
	for _, tt := range []struct {
		before time.Time
		limit  int
		want   []store.DraftRow
	}{
		{t0, 10, []store.DraftRow{}},
		{draft(2).Expires, 10, []store.DraftRow{draft(1)}}, // before, not at
		{t0.AddDate(1, 0, 0), 2, []store.DraftRow{draft(1), draft(2)}},
		{t0.AddDate(100, 0, 0), 10, []store.DraftRow{draft(1), draft(2), draft(3), draft(4), draft(5)}},
	} {
		got, err := s.ExpiredDrafts(ctx, tt.before, tt.limit)
		must(t, err)
		same(t, "ExpiredDrafts", got, tt.want)
	}
	_, err := s.ExpiredDrafts(ctx, t0, 0)
	want(t, "ExpiredDrafts without a limit", err, fault.Invalid)
}

func seriesWithoutGaps(t *testing.T, s store.Store) {
	ctx := t.Context()
	const workers, each = 8, 6
	numbers := make([][]int64, workers)
	errs := together(workers, func(w int) error {
		for i := range each {
			n, err := s.ClaimNumber(ctx, "ekkoping/bun/2026", fmt.Sprintf("case-%d-%d", w, i))
			if err != nil {
				return err
			}
			numbers[w] = append(numbers[w], n)
		}
		return nil
	})
	for _, err := range errs {
		must(t, err)
	}
	got := slices.Sorted(slices.Values(slices.Concat(numbers...)))
	for i, n := range got {
		if n != int64(i+1) {
			t.Fatalf("numbers %v: want 1 to %d, each once", got, workers*each)
		}
	}
	for w := range workers {
		n, err := s.ClaimNumber(ctx, "ekkoping/bun/2026", fmt.Sprintf("case-%d-0", w))
		must(t, err)
		if n != numbers[w][0] {
			t.Errorf("the same case got %d, and %d when it asked again", numbers[w][0], n)
		}
	}
	n, err := s.ClaimNumber(ctx, "ekkoping/bun/2027", "case-0-0")
	must(t, err)
	if n != 1 {
		t.Errorf("another series begins at %d", n)
	}
}

func seriesSameCase(t *testing.T, s store.Store) {
	ctx := t.Context()
	must2(s.ClaimNumber(ctx, "s", "before"))(t)
	numbers := make([]int64, 8)
	for _, err := range together(len(numbers), func(i int) (err error) {
		numbers[i], err = s.ClaimNumber(ctx, "s", "the case")
		return err
	}) {
		must(t, err)
	}
	for _, n := range numbers {
		if n != 2 {
			t.Errorf("one case asking at once got %v, want 2 each time", numbers)
			break
		}
	}
	n, err := s.ClaimNumber(ctx, "s", "after")
	must(t, err)
	if n != 3 {
		t.Errorf("the next case got %d, want 3", n)
	}
}

func must2[T any](_ T, err error) func(*testing.T) {
	return func(t *testing.T) { t.Helper(); must(t, err) }
}

func reads(t *testing.T, s store.Store) {
	ctx := t.Context()
	look := func(n int, caseID string) store.Read {
		return store.Read{At: t0.Add(time.Duration(n/2) * time.Second), Authority: "ekkoping/bun", Case: caseID, Staff: "staff-1", What: "document", Detail: fmt.Sprint(n)}
	}
	must(t, s.AppendReads(ctx, nil))
	must(t, s.AppendReads(ctx, []store.Read{look(0, "c1"), look(1, "c1"), look(2, "c2")}))
	must(t, s.AppendReads(ctx, []store.Read{look(3, "c1"), look(4, "c1")}))
	got, err := s.ListReads(ctx, "c1", 10)
	must(t, err)
	same(t, "ListReads", got, []store.Read{look(4, "c1"), look(3, "c1"), look(1, "c1"), look(0, "c1")})
	got, err = s.ListReads(ctx, "c1", 2)
	must(t, err)
	same(t, "ListReads of two", got, []store.Read{look(4, "c1"), look(3, "c1")})
	must(t, s.AppendReads(ctx, []store.Read{look(4, "c1")})) // a stream, not a set
	got, err = s.ListReads(ctx, "c1", 10)
	must(t, err)
	if len(got) != 5 {
		t.Errorf("%d reads, want 5", len(got))
	}
	_, err = s.ListReads(ctx, "c1", 0)
	want(t, "ListReads without a limit", err, fault.Invalid)
}
