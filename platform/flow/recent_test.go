package flow

import (
	"fmt"
	"testing"

	"samtjanst/forms"
	"samtjanst/platform/vault"
)

func TestRecentServesOnlyWhatIsStored(t *testing.T) {
	form, today := &forms.Form{}, "2026-11-23"
	d := &vault.Draft{ID: "d", Rev: 2, Answers: map[string]any{"elev": map[string]any{"namn": "Elsa"}}}
	var r recent
	if r.draft("d") != nil || r.view(d, form, today) != nil {
		t.Fatal("something is kept before anything was")
	}
	view := &forms.View{Form: form, Scope: forms.Scope{Answers: d.Answers, Today: today}, Answers: forms.CopyObject(d.Answers), Failed: map[string]string{}}
	r.keep(d, view)
	for name, miss := range map[string]*forms.View{
		"another revision": r.view(&vault.Draft{ID: "d", Rev: 3}, form, today),
		"another form":     r.view(d, &forms.Form{}, today),
		"another day":      r.view(d, form, "2026-11-24"),
		"another draft":    r.view(&vault.Draft{ID: "e", Rev: 2}, form, today),
	} {
		if miss != nil {
			t.Errorf("%s is served with what was kept", name)
		}
	}

	// Nobody changes what the next one reads: not who gave it, nor who took it. Answers are changed by making others.
	name := func(answers map[string]any) any { v, _ := forms.Lookup(answers, "/elev/namn"); return v }
	taken := r.draft("d")
	seen := r.view(taken, form, today)
	for _, answers := range []*map[string]any{&d.Answers, &view.Answers, &taken.Answers, &seen.Answers} {
		e := forms.Edit(*answers)
		e.Put("/elev/namn", "Oskar")
		*answers = e.Answers()
	}
	seen.Failed["x"] = "y"
	if got := r.draft("d"); name(got.Answers) != "Elsa" {
		t.Errorf("the kept draft says %v", name(got.Answers))
	} else if v := r.view(got, form, today); name(v.Answers) != "Elsa" || name(v.Scope.Answers) != "Elsa" || len(v.Failed) > 0 {
		t.Errorf("the kept view says %v, %v, %v", name(v.Answers), name(v.Scope.Answers), v.Failed)
	}

	r.forget("d")
	if r.draft("d") != nil {
		t.Error("a forgotten draft is there")
	}
	for i := range 3 * generation {
		r.keep(&vault.Draft{ID: fmt.Sprint(i)}, view)
	}
	if r.draft("0") != nil || r.draft(fmt.Sprint(3*generation-1)) == nil {
		t.Error("the oldest is kept, or the newest is not")
	}
	if n := len(r.now) + len(r.before); n > 2*generation {
		t.Errorf("%d are kept", n)
	}
}
