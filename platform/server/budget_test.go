package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/sim/personas"
	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit/httptestkit"
	"samtjanst/platform/identity"
)

// The budgets of design.md section 9, as exact numbers: how often the store is asked beside the session, and how many bytes a page has (of
// HTML, before compression, with this form and these texts; in whole kB). A page that needs one more call than here has got slower for
// everybody: think before raising a number.
//
// The officer's whole case on one page is six: the case, its parts, the note that it was read, who has read it, colleagues to give it
// to, other cases about the same child.
func TestBudgets(t *testing.T) {
	tn := newTown(t)
	mona := tn.Staff(personas.MonaTesthandlaggare)
	draft, waiting, over := "/ansokan/"+tn.draft, "/arende/"+string(tn.waiting), "/arende/"+string(tn.over)
	seat := map[string]*httptestkit.Browser{}
	at := func(a identity.Actor) *httptestkit.Browser {
		name := "officer"
		if a.Citizen != nil {
			name = a.Citizen.Name
		}
		if seat[name] == nil {
			seat[name] = visitor(t, tn.World, a)
		}
		return seat[name]
	}
	pages := []struct {
		name  string
		who   identity.Actor
		path  string
		calls int
		kB    int
	}{
		{"start", anna, "/", 0, 8},
		{"catalogue", anna, "/ekkoping", 0, 8},
		{"overview", anna, "/ekkoping/tjanster/skolskjuts", 0, 10},
		{"before the start", anna, "/ekkoping/tjanster/skolskjuts/starta", 2, 8},
		{"my pages", anna, "/mina-sidor", 3, 8},
		{"contact", anna, "/mina-sidor/kontakt", 1, 8},
		{"a page of questions", anna, draft + "/skola", 2, 10},
		{"the longest page of questions", anna, draft + "/egen", 2, 14},
		{"check your answers", anna, draft + "/kontrollera", 2, 20},
		{"case, the applicant", anna, waiting, 2, 16},
		{"case, the other guardian", erik, waiting, 2, 14},
		{"case, decided", anna, over, 2, 16},
		{"signing page", anna, waiting + "/underskrift", 2, 16},
		{"own section", erik, waiting + "/egna-uppgifter/egen", 3, 10},
		{"decision", anna, over + "/beslut", 2, 90}, // of which the seal, with certificates and stamp, is a quarter
		{"copy", anna, over + "/kopia", 3, 120},     // and the own evidence
		{"inbox", mona, "/admin/arenden", 3, 12},
		{"case, the officer", mona, "/admin" + strings.Replace(waiting, "arende", "arenden", 1), 6, 30},
		{"case, decided, the officer", mona, "/admin" + strings.Replace(over, "arende", "arenden", 1), 6, 34},
		{"the board's list", mona, "/admin/namnd", 1, 8},
	}
	for _, p := range pages { // once before it counts: the first look at a signing page or decision is noted, keys are opened
		at(p.who).Get(p.path)
	}
	for _, p := range pages {
		tn.Clock.Advance(time.Second)
		tn.calls.Calls()
		res := at(p.who).Get(p.path)
		calls := tn.calls.Calls()
		if res.Status != http.StatusOK {
			t.Errorf("%s: status %d", p.name, res.Status)
		}
		if len(calls) > p.calls {
			t.Errorf("%s: %d calls of the store, at most %d: %v", p.name, len(calls), p.calls, calls)
		}
		if len(res.Body) > p.kB<<10 {
			t.Errorf("%s: %d bytes, at most %d kB", p.name, len(res.Body), p.kB)
		}
	}
	for _, post := range []struct {
		name, page, action string
		values             url.Values
		calls              int
	}{
		{"saving a page", draft + "/barnet", draft + "/barnet", url.Values{"a/barnet/asikt": {"Jag vill åka buss."}}, 3},
		{"handing in", draft + "/kontrollera", draft + "/kontrollera", nil, 5},
	} {
		b := at(anna)
		b.Get(post.page)
		tn.calls.Calls()
		b.Submit(post.action, post.values)
		b.Want(http.StatusSeeOther)
		if calls := tn.calls.Calls(); len(calls) > post.calls {
			t.Errorf("%s: %d calls of the store, at most %d: %v", post.name, len(calls), post.calls, calls)
		}
	}

	// A full page of the inbox: no more calls, and below what design.md allows.
	template := tn.Head(tn.waiting)
	for i := range 120 {
		e, err := tn.Flow.Vault.NewKey(tn.Ctx, template.Authority)
		if err != nil {
			t.Fatal(err)
		}
		e.Case = template.Clone()
		e.Case.ID, e.Case.Draft = casework.ID(fmt.Sprintf("case-%022d", i)), fmt.Sprintf("draft-%d", i)
		e.Case.Reference, e.Case.Effects = fmt.Sprintf("SKJ-TEST-%04d", i), nil
		if err := tn.Flow.Vault.Create(tn.Ctx, e, nil); err != nil {
			t.Fatal(err)
		}
	}
	tn.calls.Calls()
	res := at(mona).Get("/admin/arenden")
	if calls := tn.calls.Calls(); len(calls) > 3 || len(res.Body) > 60_000 || len(res.Body) < 10_000 {
		t.Errorf("a full inbox: %d bytes, calls %v", len(res.Body), calls)
	}
}
