package renderer

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
)

func TestSummary(t *testing.T) {
	d := states(t)["ifylld"]
	l := catalog(t).In("sv")
	sections := Summary(l, d.View, Self, nil)
	if len(sections) != 1 {
		t.Fatalf("%d sections", len(sections))
	}
	got := map[string]string{}
	for _, item := range sections[0].Items {
		got[string(item.Pointer)] = item.Answer
	}
	want := map[string]string{"/nr": "20120101-2380", "/langd": "12,5\u00a0km", "/antal": "0", "/belopp": "1\u00a0250,50\u00a0kr",
		"/ja": "Ja", "/samtycke": "Ja", "/val": "Björkskolan", "/arskurs": "Årskurs 4", "/grunder": "Färdvägens längd\nFunktionsnedsättning",
		"/start": "7 augusti 2026", "/intyg": "intyg & journal.pdf\nfoto.jpg", "/hem/postnr": "123 45", "/ord": "finska\nsomaliska",
		"/fast": "Ekköping", "/tom": ""}
	for pointer, answer := range want {
		if got[pointer] != answer {
			t.Errorf("%s reads %q, want %q", pointer, got[pointer], answer)
		}
	}
	parts := sections[0].Parts
	if len(parts) != 2 || parts[0].Title != "Dag 1" || parts[0].Items[1].Answer != "17 augusti 2026" || parts[1].Items[0].Answer != "Tisdag" {
		t.Errorf("rows read %+v", parts)
	}
	view := SummaryView(sections, func(page string, at forms.Pointer) string { return page + string(at) })
	if got := view.Sections[0].Rows[0].Change; got != "allt/namn" {
		t.Errorf("the name is changed at %q", got)
	}
}

// The wall between parties: another party's summary has neither answer nor question of what is somebody's own or the
// officer's; what is hidden is in nobody's.
func TestSummaryKeepsTheWalls(t *testing.T) {
	l := catalog(t).In("sv")
	for _, tc := range []struct {
		name     string
		audience string
		own      bool
		hidden   bool
		to       Reader
		seen     bool
	}{
		{"all to a party", "", false, false, Party, true},
		{"own to a party", "own", false, false, Party, false},
		{"officer's to a party", "officer", false, false, Party, false},
		{"role's to a party", "guardian", false, false, Party, false},
		{"own section to a party", "", true, false, Party, false},
		{"own section to oneself", "own", true, false, Self, true},
		{"officer's to who gave it", "officer", false, false, Self, true},
		{"own to the officer", "own", true, false, Officer, true},
		{"officer's to the officer", "officer", false, false, Officer, true},
		{"hidden to the officer", "", false, true, Officer, false},
	} {
		f := &forms.Field{ID: "f-a", Pointer: "/a", Kind: forms.TextField, Label: forms.Text{"sv": "Fråga"}, Audience: tc.audience}
		page := &forms.Page{ID: "p", Own: tc.own, Sections: []*forms.Section{{Fields: []*forms.Field{f}}}}
		v := &forms.View{Pages: []*forms.Page{page}, Answers: map[string]any{"a": "Svar"}}
		if tc.hidden {
			v.Hidden = map[forms.Pointer]bool{"field:f-a": true}
		}
		var want []SummarySection
		if tc.seen {
			want = []SummarySection{{Page: "p", Own: tc.own, Items: []SummaryItem{{Pointer: "/a", Question: "Fråga", Answer: "Svar"}}}}
		}
		if diff := cmp.Diff(want, Summary(l, v, tc.to, nil)); diff != "" {
			t.Errorf("%s:\n%s", tc.name, diff)
		}
	}
}

// Every kind of field is read: variants by their names, entries by theirs, rows under headings; what is secret is not.
func TestSummaryOfEveryKind(t *testing.T) {
	d := samples(t)["slag-ifyllt"]
	sections := Summary(catalog(t).In("sv"), d.View, Self, nil)
	if len(sections) != 1 {
		t.Fatalf("%d sections", len(sections))
	}
	type line struct{ Question, Answer string }
	read := func(items []SummaryItem) (out []line) {
		for _, i := range items {
			out = append(out, line{i.Question, i.Answer})
		}
		return out
	}
	want := []line{
		{"Hur bor du?", "Bostadsrätt"}, {"Förening", "Brf Kvarnen"}, {"Tal, text eller inget", "Lista"}, {"Tal, text eller inget", "a\nb\nc"},
		{"En av många former", "abc"}, {"Längd", "12,5"}, {"Enhet", "m"}, {"Anmärkning 3", "sned"}, {"Anmärkning 4", "repad"},
		{"färg", "blå\nhav"}, {"Ö/~x", "ett"}, {"En känd", "1"}, {"två", "2"}, {"Namn", "Ada"}, {"Namn", "Dag"}, {"Barn", ""}, {"Namn", "Eva"},
		{"Barn", ""}, {"Partner", ""}, {"Ingen uppgift finns", "Inget värde"}, {"Antal eller inget värde", "Inget värde"},
		{"Färg eller ingen", "Inget värde"}, {"Jag har läst villkoren", "Ja"}, {"Kod till porten", "Sparat, visas inte"}, {"Faxnummer", "08-17406 05"},
		{"Registreringsnummer", "ABC 123"}, {"Avtalets längd", "P1Y"}, {"När hände det?", "2026-11-22 14.30"}, {"Webbplats", "https://example.se"},
		{"Nummer", "A1"},
	}
	if diff := cmp.Diff(want, read(sections[0].Items)); diff != "" {
		t.Error(diff)
	}
	var titles []string
	for _, p := range sections[0].Parts {
		titles = append(titles, p.Title)
	}
	wantTitles := []string{"Rad 1", "Rad 2", "Rad 3", "Sak 1", "Sak 2", "Rad 1", "Rad 1, rad 1", "Rad 1", "Rad 2"}
	if diff := cmp.Diff(wantTitles, titles); diff != "" {
		t.Error(diff)
	}
}
