package forms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
)

var several = forms.LookupReply{Status: forms.LookupChoose, Source: "Lantmäteriet", At: told.At, Choices: []forms.LookupChoice{
	{ID: "a", Label: "Provgatan 12 A, Ekköping", Key: "Provgatan 12 A", Values: map[string]string{"name": "Provet 1:2", "city": "Ekköping"}},
	{ID: "b", Label: "Provgatan 12 B, Provby", Key: "Provgatan 12 B", Values: map[string]string{"city": "Provby"}, Unread: []string{"name"}},
}}

func TestPickingAChoiceMakesItWhatTheRegisterSaid(t *testing.T) {
	g, scope := asked(t, usual, "Provgatan 12", several, map[string]any{"namn": "mitt"})
	f := g.Form().Fields["/nr"]
	if diff := cmp.Diff(map[string]any{"nr": "Provgatan 12", "namn": "mitt"}, scope.Answers); diff != "" {
		t.Errorf("before anything is picked (-want +got):\n%s", diff)
	}
	if _, _, picked, err := g.PickLookup(scope, f, f.Pointer, "c"); picked || err != nil {
		t.Errorf("a choice that is not there: picked %v, %v", picked, err)
	}
	before := forms.CopyObject(scope.Answers)
	answers, facts, picked, err := g.PickLookup(scope, f, f.Pointer, "b")
	if err != nil || !picked {
		t.Fatalf("picked %v: %v", picked, err)
	}
	if diff := cmp.Diff(before, scope.Answers); diff != "" {
		t.Errorf("the scope is changed:\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"nr": "Provgatan 12 B", "namn": "mitt", "ort": "Provby"}, answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	r, holds := forms.LookedUp(f, f.Pointer, answers, facts)
	if want := (forms.LookupRecord{Key: "Provgatan 12 B", LookupReply: forms.LookupReply{Status: forms.LookupFound, Source: "Lantmäteriet", At: told.At,
		Values: map[string]string{"city": "Provby"}, Unread: []string{"name"}, Warnings: []string{}, Picked: "b"}}); !holds || !cmp.Equal(want, r) {
		t.Errorf("holds %v (-want +got):\n%s", holds, cmp.Diff(want, r))
	}
	scope.Answers, scope.Facts = answers, facts
	if o, _ := view(t, g, scope).OriginOf(g.Form().Fields["/ort"], "/ort"); o.Register != "Lantmäteriet" {
		t.Errorf("the city comes from %q", o.Register)
	}
	if _, _, again, _ := g.PickLookup(scope, f, f.Pointer, "a"); again {
		t.Error("picked twice")
	}
}

func TestChoicesAreGoneWithTheKeyAndAtTheEnd(t *testing.T) {
	g, scope := asked(t, usual, "Provgatan 12", several, map[string]any{})
	if r, holds := forms.LookedUp(g.Form().Fields["/nr"], "/nr", scope.Answers, scope.Facts); !holds || !cmp.Equal(several.Choices[1], r.Choices[1]) || len(r.Choices) != 2 {
		t.Errorf("kept: %v %+v", holds, r)
	}
	if left := forms.DropUnpicked(scope.Facts); len(left) != 0 {
		t.Errorf("handed in without having picked: %v", left)
	}
	scope.Answers["nr"] = "Provgatan 13"
	if _, _, picked, _ := g.PickLookup(scope, g.Form().Fields["/nr"], "/nr", "a"); picked {
		t.Error("a choice for another key is picked")
	}
	_, one := asked(t, usual, "16", told, map[string]any{})
	if left := forms.DropUnpicked(one.Facts); !cmp.Equal(one.Facts, left) {
		t.Errorf("what was found is dropped: %v", left)
	}
}
