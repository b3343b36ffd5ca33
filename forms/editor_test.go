package forms_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
)

// What an editor makes is what changing a copy in place makes, and nothing that was there before has changed. What Changes tells is just
// enough to make the one of the other.
func TestEditedAnswersAreOthers(t *testing.T) {
	places := []forms.Pointer{"", "/a", "/a/b", "/a/b/c", "/rader", "/rader/0", "/rader/1/namn", "/rader/9", "/rader/1/x/y", "/a~1b", "/ny/x/y"}
	values := []any{nil, "x", json.Number("1"), map[string]any{}, map[string]any{"c": "d"}, []any{}, []any{map[string]any{"namn": "A"}, "rad"}, true}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		stored := map[string]any{"a": map[string]any{"b": map[string]any{"c": "d"}}, "rader": []any{map[string]any{"namn": "A"}, map[string]any{"namn": "B", "x": map[string]any{}}}}
		before, inPlace := forms.CopyObject(stored), forms.CopyObject(stored)
		e := forms.Edit(stored)
		var did []string
		for range 6 {
			at, value := places[r.IntN(len(places))], values[r.IntN(len(values))]
			if r.IntN(3) == 0 {
				e.Remove(at)
				if at != "" {
					forms.Remove(inPlace, at)
				}
				did = append(did, fmt.Sprintf("remove %s", at))
				continue
			}
			got, want := e.Put(at, value), forms.Put(inPlace, at, forms.Copy(value))
			if did = append(did, fmt.Sprintf("put %s = %v", at, value)); got != want {
				t.Fatalf("seed %d, %v: put says %v, want %v", seed, did, got, want)
			}
		}
		after := e.Answers()
		if diff := cmp.Diff(inPlace, after); diff != "" {
			t.Fatalf("seed %d, %v (-in place +edited):\n%s", seed, did, diff)
		}
		if diff := cmp.Diff(before, stored); diff != "" {
			t.Fatalf("seed %d, %v: what was there has changed:\n%s", seed, did, diff)
		}
		for _, v := range values {
			if !slices.ContainsFunc([]string{"null", `"x"`, "1", "{}", `{"c":"d"}`, "[]", `[{"namn":"A"},"rad"]`, "true"}, func(s string) bool { raw, _ := json.Marshal(v); return string(raw) == s }) {
				t.Fatalf("seed %d, %v: a value that was put in has changed: %v", seed, did, v)
			}
		}
		again := forms.Edit(stored)
		for _, at := range forms.Changes(stored, after) {
			if v, ok := forms.Lookup(after, at); ok {
				again.Put(at, v)
			} else {
				again.Remove(at)
			}
		}
		if diff := cmp.Diff(after, again.Answers()); diff != "" {
			t.Fatalf("seed %d, %v: the changes do not make the one of the other (-want +got):\n%s", seed, did, diff)
		}
	}
}

func TestChangesLookNoFurtherThanWhatIsShared(t *testing.T) {
	rows := func() []any { return []any{map[string]any{"namn": "A"}, map[string]any{"namn": "B"}} }
	stored := map[string]any{"rader": rows(), "antal": json.Number("2")}
	e := forms.Edit(stored)
	e.Put("/rader/1/namn", "C")
	if got := forms.Changes(stored, e.Answers()); !slices.Equal(got, []forms.Pointer{"/rader/1/namn"}) {
		t.Errorf("changes %v", got)
	}
	now, _ := forms.Lookup(e.Answers(), "/rader")
	was := stored["rader"].([]any)
	if !forms.Same(was[0], now.([]any)[0]) || forms.Same(was[1], now.([]any)[1]) || forms.Same(was, now) {
		t.Error("of the rows, the one that did not change is not shared, or the one that did is")
	}
	for name, other := range map[string]map[string]any{
		"/rader": {"rader": rows()[:1], "antal": json.Number("2")},
		"/antal": {"rader": rows()},
		"/nytt":  {"rader": rows(), "antal": json.Number("2"), "nytt": nil},
	} {
		if got := forms.Changes(stored, other); !slices.Equal(got, []forms.Pointer{forms.Pointer(name)}) {
			t.Errorf("changes %v, want %s", got, name)
		}
	}
}
