package vault

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms/formgen"
	"samtjanst/platform/idno"
)

// What is written of a draft reads as what encoding/json writes of it.
func TestEncodedDraftReadsTheSame(t *testing.T) {
	drafts := []*Draft{{}, {Answers: map[string]any{}}, {Answers: map[string]any{"l": []any(nil), "o": map[string]any(nil), "n": json.Number("1.50"), "fel": "a\xffb", "i": 7}}}
	for seed := range uint64(200) {
		value, _ := formgen.Object(rand.New(rand.NewPCG(seed, 5))).Value.(map[string]any)
		drafts = append(drafts, &Draft{Answers: value, Facts: map[string]any{"x": value}, Owner: idno.Must("201905142384"), Lang: "sv", Moved: []string{"/a"}, Hand: json.RawMessage(`{"h":1}`)})
	}
	for _, d := range drafts {
		raw, err := encodeDraft(d)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read(t, want), read(t, raw)); diff != "" {
			t.Fatalf("%s (-encoding/json +ours):\n%s", want, diff)
		}
	}
	for _, n := range []json.Number{"1;2", "01", "-", "1.", ".5", "1.2.3", "--1"} {
		if _, err := encodeDraft(&Draft{Answers: map[string]any{"n": n}}); err == nil {
			t.Errorf("%s, which is no number, was written", n)
		}
	}
}

func read(t *testing.T, raw []byte) any {
	t.Helper()
	v, err := Object(raw)
	if err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	return v
}
