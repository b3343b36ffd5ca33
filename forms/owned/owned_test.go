package owned

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/library"
	"samtjanst/forms/lint"
	"samtjanst/forms/revise"
)

func skolskjuts(t *testing.T) *Form {
	t.Helper()
	files, err := revise.ReadFiles(library.Forms, "skolskjuts")
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(files)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func value(t *testing.T, f *Form, id string) string {
	t.Helper()
	it, ok := f.Item(id)
	if !ok {
		t.Fatalf("no item %s", id)
	}
	return it.Value
}

// Every text that citizens read, but for hints of options, can be changed in both languages; its translation is found where it stands.
func TestEveryText(t *testing.T) {
	f := skolskjuts(t)
	have := map[string]bool{}
	for _, it := range f.Items {
		if have[it.ID()] {
			t.Errorf("%s is there twice", it.ID())
		}
		have[it.ID()] = true
		if it.Lang == "en" && it.Value != "" {
			if got, ok := revise.Get(f.Files, it.place.file, it.place.at); !ok || plainText(got.(string)) != it.Value {
				t.Errorf("%s stands at %s: %v", it.ID(), it.place.at, got)
			}
		}
	}
	for key := range f.Form.TextKeys() {
		known := strings.Contains(key, "optionHints") || key == "form.category" || strings.HasPrefix(key, "decision.") || strings.HasSuffix(key, ".suffix")
		if have[key] == known || have[key+"@en"] == known {
			t.Errorf("%s: can be changed %v", key, have[key])
		}
	}
}

func TestApply(t *testing.T) {
	f := skolskjuts(t)
	change := func(id, v string) Change { return Change{id, value(t, f, id), v} }
	changes := []Change{
		change("form.title", "Sök skolskjuts"), change("form.title@en", "Ask for school transport: now"),
		change("fields./elev/barn.hint", "Bara barn i kommunen."), change("fields./elev/barn.label", "Vilket barn?"),
		change("fields./skola/arskurs.options.F", "F-klass"), change("pages.uppgifter.help", ""),
		change("overview.help", "Nytt.\n\n- Två"), change("overview.opens", "2027-01-15"), change("overview.lastDay", "03-31"),
		change("signing.days", "21"), change("signing.reminders", "5, 10"), change("signing.applicant", "false"), change("parties.guardian.signs", Always),
		change("responsible.operations", "Kontaktcenter"), change("pages.egen.help", "Visas bara för dig."),
	}
	next, made, conflicts, err := f.Apply(changes)
	if err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	if len(made) != len(changes)+1 { // the English of the help that is gone
		t.Errorf("%d changes made", len(made))
	}
	m := next.Def.Meta
	if m.Title != "Sök skolskjuts" || m.Signing.Days != 21 || !cmp.Equal(m.Signing.Reminders, []int{5, 10}) || m.Signing.Applicant || m.Parties[0].Signs != nil ||
		m.Overview.Opens != "2027-01-15" || m.Overview.Help != "Nytt.\n\n- Två\n" {
		t.Errorf("%+v", m)
	}
	field := next.Form.Fields["/elev/barn"]
	if field.Label["sv"] != "Vilket barn?" || field.Label["en"] != "Which child is the application for?" || next.Form.Fields["/skola/arskurs"].Options[0].Label["sv"] != "F-klass" {
		t.Error("labels")
	}
	if _, ok := next.Def.Text["en"]["pages.uppgifter.help"]; ok {
		t.Error("a text that is gone is still translated")
	}
	if d := lint.Lint(next.Def, lint.Options{}); len(d) > 0 {
		t.Error(d)
	}
	// What is not changed is as it was: each file differs in as many lines as there are changes to it, or the lines of a text.
	for name, raw := range f.Files {
		was, now := bytes.Split(raw, []byte("\n")), bytes.Split(next.Files[name], []byte("\n"))
		kept := 0
		for _, l := range was {
			if bytes.Contains(next.Files[name], l) {
				kept++
			}
		}
		if len(was)-kept > 14 || len(now)-len(was) > 14 {
			t.Errorf("%s: %d of %d lines are still there, %d now", name, kept, len(was), len(now))
		}
	}

	// And back again, to the byte but for what was written in another way.
	back, _, conflicts, err := next.Apply(Differences(next, f))
	if err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	if back.Form.Version != f.Form.Version {
		if d := Differences(back, f); len(d) > 0 {
			t.Error(d)
		}
	}
}

// The same changes on newer files: what still stands is changed, what does not is told.
func TestMerge(t *testing.T) {
	f := skolskjuts(t)
	changes := []Change{
		{"form.title", "Ansök om skolskjuts", "Vår skolskjuts"},
		{"form.summary", "Något annat som stod här.", "Vår text"},
		{"signing.days", "10", "14"}, // what the files say now
		{"fields./borta.label", "Borta", "Här"},
		{"overview.lastDay", "04-30", "soon"}, // whatever came in by a mistake
	}
	next, made, conflicts := f.Merge(changes)
	if d := cmp.Diff([]Change{changes[0], changes[4]}, made); d != "" {
		t.Error(d)
	}
	want := []Conflict{{Change: changes[1], Why: Altered, Now: value(t, f, "form.summary")}, {Change: changes[3], Why: Gone}}
	if d := cmp.Diff(want, conflicts); d != "" {
		t.Error(d)
	}
	if next.Form.Title["sv"] != "Vår skolskjuts" {
		t.Error(next.Form.Title)
	}
	// One that breaks the form is refused alone.
	broken := []Change{changes[0], {"parties.guardian.signs", value(t, f, "parties.guardian.signs"), `{"nonsense": true}`}}
	next, made, conflicts = f.Merge(broken)
	if len(made) != 1 || len(conflicts) != 1 || conflicts[0].Why != Refused || next.Form.Title["sv"] != "Vår skolskjuts" {
		t.Error(made, conflicts)
	}
}

func TestWhoSigns(t *testing.T) {
	f := skolskjuts(t)
	written := value(t, f, "parties.guardian.signs")
	for _, to := range []string{Never, Always, written} {
		next, _, conflicts, err := f.Apply([]Change{{"parties.guardian.signs", value(t, f, "parties.guardian.signs"), to}})
		if err != nil || len(conflicts) > 0 {
			t.Fatal(to, err, conflicts)
		}
		if f = next; value(t, f, "parties.guardian.signs") != to {
			t.Errorf("%s: %s", to, value(t, f, "parties.guardian.signs"))
		}
	}
	if _, ok := f.Item("parties.guardian.signs"); !ok || f.Def.Meta.Parties[0].Signs == nil {
		t.Error("the condition is not back")
	}
}

func TestCheck(t *testing.T) {
	f := skolskjuts(t)
	for _, c := range []struct{ id, typed, code string }{
		{"form.title", "", forms.Required}, {"form.title", "a\nb", forms.BadText}, {"form.title", strings.Repeat("å", 301), forms.TooLong},
		{"overview.signers", "", ""}, {"overview.signers@en", "", forms.Required}, {"overview.help", "a\r\nb", ""}, {"overview.help", "a\x00", forms.BadText},
		{"overview.opens", "2027-02-30", forms.NotADate}, {"overview.opens", "02-28", forms.NotADate}, {"overview.lastDay", "02-29", ""}, {"overview.lastDay", "13-01", forms.NotADate},
		{"signing.days", "0", forms.TooSmall}, {"signing.days", "1001", forms.TooLarge}, {"signing.days", "07", forms.NotAnInteger}, {"signing.days", "", ""},
		{"signing.reminders", " 3,7;12 ", ""}, {"signing.reminders", "7, 3", forms.TooSmall}, {"signing.reminders", "x", forms.NotAnInteger},
		{"signing.applicant", "ja", forms.NotAnOption}, {"parties.guardian.signs", "{}", forms.NotAnOption}, {"parties.guardian.signs", Never, ""},
	} {
		it, ok := f.Item(c.id)
		if !ok {
			t.Fatal(c.id)
		}
		got := ""
		if p := it.Check(Clean(it, c.typed)); p != nil {
			got = p.Code
		}
		if got != c.code {
			t.Errorf("%s %q: %q, want %q", c.id, c.typed, got, c.code)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	f := skolskjuts(t)
	files := revise.Files{}
	for k, v := range f.Files {
		files[k] = v
	}
	files["form.yaml"] = append([]byte("unknown: 1\n"), files["form.yaml"]...)
	_, err := Open(files)
	var faulty *Faulty
	if !errors.As(err, &faulty) || !errors.Is(err, ErrFaulty) || faulty.Diagnostics[0].Line != 1 {
		t.Error(err)
	}
}
