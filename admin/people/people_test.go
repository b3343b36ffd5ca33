package people

import (
	"net/url"
	"samtjanst/admin/admintest"
	"testing"

	"github.com/google/go-cmp/cmp"

	register "samtjanst/platform/directory/people"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui/uitest"
)

// Every template fits the struct it is bound to.
func TestTemplates(t *testing.T) {
	site, _ := admintest.Site(t, nil)
	a, err := newArea(site, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	uitest.Template(t, a.desk)
	uitest.Template(t, a.list)
	uitest.Template(t, a.person)
	uitest.Template(t, a.edit)
	uitest.Template(t, a.changes)
	uitest.Template(t, a.change)
	uitest.Template(t, a.imports)
	uitest.Template(t, a.schedule)
	uitest.Template(t, a.shift)
	uitest.Template(t, a.delegations)
	uitest.Template(t, a.end)
	uitest.Template(t, a.meetings)
}

// Every code and name that comes from elsewhere has a text here.
func TestWordsForEverything(t *testing.T) {
	texts, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	l := texts.In("sv")
	var keys []string
	for _, code := range own {
		keys = append(keys, "people.problem."+code)
	}
	for _, r := range identity.Roles() {
		keys = append(keys, "people.role."+string(r))
	}
	for _, c := range register.Columns() {
		keys = append(keys, "people.column."+string(c))
	}
	for _, s := range []register.ChangeState{register.Prepared, register.Signing, register.Proposed, register.Applying, register.Confirmed, register.Refused, register.TakenBack} {
		keys = append(keys, "people.change-state."+string(s))
	}
	was, is := register.Person{}, register.Person{Name: "x", Phone: "x", Email: "x", Logins: []string{"x"}, Roles: make([]register.Role, 1), Mandates: make([]register.Mandate, 1),
		Absences: make([]register.Absence, 1), Synced: &register.Synced{From: "x", UserName: "x", Title: "x", Department: "x", Organisation: "x", Groups: []string{"x"}}}
	what := register.Differences(&was, &is)
	if len(what) < 12 {
		t.Fatalf("only %v differ", what)
	}
	for _, code := range append(what, "number", register.Entered, register.Closed, register.Opened, "shift-added", "shift-changed", "deputies", "delegations", "meetings") {
		keys = append(keys, "people.what."+code)
	}
	for _, key := range keys {
		if !l.Has(key) {
			t.Errorf("%s has no text", key)
		}
	}
}

// A posted page is read as it was typed; rows end where the page's do not go on.
func TestTypedPerson(t *testing.T) {
	got := typedPerson(url.Values{"rev": {"3"}, "op": {"andra"}, "namn": {" Ola "}, "nummer": {"x"}, "telefon": {"1"}, "epost": {"e"}, "not": {"n"},
		"roll.0": {"chair"}, "titel.0": {"T"}, "fran.0": {"2026-03-01"}, "roll.1": {""}, "till.1": {"2026-04-01"},
		"m-typer.0": {"lvu-6"}, "m-beslut.0": {"2026-01-14"}, "m-paragraf.0": {"§ 14"}, "titel.7": {"of no row"}})
	want := flow.PersonEdit{Op: "andra", Rev: 3, Note: "n", Typed: register.Typed{Name: " Ola ", Number: "x", Phone: "1", Email: "e",
		Roles:    []register.TypedRole{{Role: "chair", Title: "T", From: "2026-03-01"}, {To: "2026-04-01"}},
		Mandates: []register.TypedMandate{{Kinds: "lvu-6", Decided: "2026-01-14", Paragraph: "§ 14"}}}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
