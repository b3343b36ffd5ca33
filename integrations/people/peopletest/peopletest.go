// Package peopletest holds what every Source of people has to pass.
package peopletest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/integrations/people"
	"samtjanst/platform/idno"
)

// Source tests a directory that answers: it says the same twice, everybody has an id of his or her own that is no mail address, groups are
// sorted and none is said twice, and who stops waiting gets an error and nobody.
func Source(t *testing.T, s people.Source) {
	t.Helper()
	first, err := s.Everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(first) == 0 {
		t.Fatal("nobody is there: nothing is tested")
	}
	seen := map[string]bool{}
	for _, e := range first {
		if e.External == "" || seen[e.External] || strings.Contains(e.External, "@") {
			t.Errorf("%q is no stable id of its own", e.External)
		}
		seen[e.External] = true
		if !slices.IsSorted(e.Groups) || len(slices.Compact(slices.Clone(e.Groups))) != len(e.Groups) {
			t.Errorf("%s: groups %v are not sorted, each once", e.External, e.Groups)
		}
	}
	again, err := s.Everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	byID := func(a, b people.Entry) int { return strings.Compare(a.External, b.External) }
	slices.SortFunc(first, byID)
	slices.SortFunc(again, byID)
	if diff := cmp.Diff(first, again, cmp.Comparer(func(a, b idno.Number) bool { return a == b })); diff != "" {
		t.Errorf("asked again it says something else: %s", diff)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if all, err := s.Everybody(over); err == nil || all != nil {
		t.Errorf("who does not wait any more gets %d entries and %v", len(all), err)
	}
}
