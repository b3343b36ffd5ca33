package storetest

import (
	"fmt"
	"testing"
	"time"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

func records(t *testing.T, s store.Store) {
	ctx := t.Context()
	r := store.Record{Collection: "session", Key: "k1", Rev: 1, Expires: t0.Add(time.Hour), Body: []byte("one")}
	must(t, s.PutRecord(ctx, t0, r))
	want(t, "PutRecord again", s.PutRecord(ctx, t0, r), fault.Exists)
	got, err := s.GetRecord(ctx, t0, "session", "k1")
	must(t, err)
	same(t, "GetRecord", got, r)
	_, err = s.GetRecord(ctx, t0, "contact", "k1")
	want(t, "another collection", err, fault.NotFound)
	_, err = s.GetRecord(ctx, t0, "session", "k")
	want(t, "another key", err, fault.NotFound)

	next := store.Record{Collection: "session", Key: "k1", Rev: 2, Body: noise(1 << 20)}
	must(t, s.PutRecord(ctx, t0, next))
	want(t, "PutRecord of the same revision", s.PutRecord(ctx, t0, next), fault.Conflict)
	got, err = s.GetRecord(ctx, t0.AddDate(100, 0, 0), "session", "k1")
	must(t, err)
	same(t, "GetRecord after the change", got, next)

	missing := next
	missing.Key = "k2"
	want(t, "PutRecord of none", s.PutRecord(ctx, t0, missing), fault.NotFound)
	for name, bad := range map[string]store.Record{
		"no collection":       {Key: "k", Rev: 1},
		"no key":              {Collection: "c", Rev: 1},
		"slash in collection": {Collection: "a/b", Key: "k", Rev: 1},
		"no revision":         {Collection: "c", Key: "k"},
	} {
		want(t, name, s.PutRecord(ctx, t0, bad), fault.Invalid)
	}
	must(t, s.DeleteRecord(ctx, "session", "k1"))
	must(t, s.DeleteRecord(ctx, "session", "k1"))
	_, err = s.GetRecord(ctx, t0, "session", "k1")
	want(t, "the deleted record", err, fault.NotFound)
}

func recordsExpire(t *testing.T, s store.Store) {
	ctx := t.Context()
	expires := t0.Add(time.Hour)
	r := store.Record{Collection: "session", Key: "k", Rev: 1, Expires: expires, Body: []byte("old")}
	must(t, s.PutRecord(ctx, t0, r))
	_, err := s.GetRecord(ctx, expires.Add(-time.Millisecond), "session", "k")
	must(t, err)
	_, err = s.GetRecord(ctx, expires, "session", "k")
	want(t, "an expired record", err, fault.NotFound)
	update := r
	update.Rev = 2
	want(t, "a change to an expired record", s.PutRecord(ctx, expires, update), fault.NotFound)
	want(t, "taking a key that lives", s.PutRecord(ctx, t0, r), fault.Exists)

	errs := together(6, func(i int) error { // an expired one stands in nobody's way, but only one takes its place
		fresh := r
		fresh.Expires, fresh.Body = expires.Add(time.Hour), []byte{byte(i)}
		return s.PutRecord(ctx, expires, fresh)
	})
	if n := winners(t, errs, fault.Exists); n != 1 {
		t.Errorf("%d took the place of the expired record", n)
	}
	got, err := s.GetRecord(ctx, expires, "session", "k")
	must(t, err)
	if got.Rev != 1 || !got.Expires.Equal(expires.Add(time.Hour)) {
		t.Errorf("revision %d until %v, want a new record", got.Rev, got.Expires)
	}

	for n := range 5 {
		must(t, s.PutRecord(ctx, t0, store.Record{Collection: "link", Key: fmt.Sprint(n), Rev: 1, Expires: t0.Add(time.Duration(n) * time.Minute)}))
	}
	must(t, s.PutRecord(ctx, t0, store.Record{Collection: "link", Key: "never", Rev: 1}))
	at := t0.Add(3 * time.Minute)
	list, err := s.ListRecords(ctx, at, "link", "", "", 10)
	must(t, err)
	if len(list) != 2 || list[0].Key != "4" || list[1].Key != "never" {
		t.Errorf("listed %+v, want the ones that live: 4 and never", list)
	}
	for _, tt := range []struct{ limit, want int }{{2, 2}, {10, 1}, {10, 0}} { // 0, 1 and 2 expired before; 3 just now
		n, err := s.DeleteExpiredRecords(ctx, at, tt.limit)
		must(t, err)
		if n != tt.want {
			t.Errorf("DeleteExpiredRecords(%d) removed %d, want %d", tt.limit, n, tt.want)
		}
	}
	_, err = s.DeleteExpiredRecords(ctx, at, 0)
	want(t, "DeleteExpiredRecords without a limit", err, fault.Invalid)
}

func recordsByPrefix(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, key := range []string{"form/b", "form/a", "form", "form/å", "form0", "forn", "form/a/2", "x"} {
		for _, collection := range []string{"form", "form2", "for"} {
			must(t, s.PutRecord(ctx, t0, store.Record{Collection: collection, Key: key, Rev: 1, Body: []byte(key)}))
		}
	}
	for _, tt := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"form/", "", 10, []string{"form/a", "form/a/2", "form/b", "form/å"}},
		{"form/", "", 2, []string{"form/a", "form/a/2"}},
		{"form/å", "", 10, []string{"form/å"}},
		{"zzz", "", 10, nil},
		{"form/", "form/a/2", 2, []string{"form/b", "form/å"}},
		{"form/", "form/å", 10, nil},
		{"form/", "a", 1, []string{"form/a"}}, // before the prefix: from its first
		{"", "form0", 10, []string{"forn", "x"}},
		{"", "", 100, []string{"form", "form/a", "form/a/2", "form/b", "form/å", "form0", "forn", "x"}},
	} {
		list, err := s.ListRecords(ctx, t0, "form", tt.prefix, tt.after, tt.limit)
		must(t, err)
		var keys []string
		for _, r := range list {
			keys = append(keys, r.Key)
			same(t, "body", string(r.Body), r.Key)
		}
		same(t, fmt.Sprintf("ListRecords(%q, %q, %d)", tt.prefix, tt.after, tt.limit), keys, tt.want)
	}
	_, err := s.ListRecords(ctx, t0, "form", "", "", 0)
	want(t, "ListRecords without a limit", err, fault.Invalid)
}

func recordRace(t *testing.T, s store.Store) {
	ctx := t.Context()
	inserted := together(8, func(i int) error {
		return s.PutRecord(ctx, t0, store.Record{Collection: "lease", Key: "k", Rev: 1, Body: []byte{byte(i)}})
	})
	if n := winners(t, inserted, fault.Exists); n != 1 {
		t.Errorf("%d inserted the same key", n)
	}
	updated := together(8, func(i int) error {
		return s.PutRecord(ctx, t0, store.Record{Collection: "lease", Key: "k", Rev: 2, Body: []byte{byte(i)}})
	})
	if n := winners(t, updated, fault.Conflict); n != 1 {
		t.Errorf("%d made the same revision", n)
	}
}
