package renderer

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer/ui/uitest"
)

const companyLayout = `pages:
  - id: allt
    title: Företaget
    sections:
      - fields:
          - {pointer: /nummer, required: true, lookup: {from: company, fills: {name: /namn, city: /ort}}}
          - {pointer: /namn, required: true}
          - {pointer: /ort}
`

const companySchema = `{"properties": {"nummer": {"type": "string", "title": "Organisationsnummer", "format": "organisationsnummer"},
	"namn": {"type": "string", "title": "Företagets namn"}, "ort": {"type": "string", "title": "Ort"}}}`

// company is the page after a register has said something of what stands in the field; nil before it was asked.
func company(t *testing.T, have map[string]any, reply *forms.LookupReply) PageData {
	t.Helper()
	def, diags := forms.Load(fstest.MapFS{"f/form.yaml": {Data: []byte("id: f\ntitle: F\n")}, "f/schema.json": {Data: []byte(companySchema)},
		"f/layout.yaml": {Data: []byte(companyLayout)}}, "f")
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	form, diags := forms.Compile(def)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	scope := forms.Scope{Answers: have, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-23"}
	if reply != nil {
		scope.Facts = forms.TakeLookup(form.Fields["/nummer"], "/nummer", have["nummer"].(string), *reply, have, nil)
	}
	v, err := g.Run(scope)
	if err != nil {
		t.Fatal(err)
	}
	return PageData{View: v}
}

func TestLookup(t *testing.T) {
	const number = "165560001234"
	reply := func(status forms.LookupStatus, warnings ...string) *forms.LookupReply {
		return &forms.LookupReply{Status: status, Source: "Bolagsverket", At: time.Date(2026, 11, 23, 9, 0, 30, 0, time.UTC), Warnings: warnings,
			Values: map[string]string{"name": "Provbageriet & Co AB", "city": ""}}
	}
	for _, test := range []struct {
		name      string
		have      map[string]any
		reply     *forms.LookupReply
		says, not []string
		asks      bool // the name is asked for
	}{
		{"before it is asked", map[string]any{}, nil, []string{"Hämta uppgifter", `value="lookup/nummer"`}, []string{"ds-alert", "Egen uppgift"}, true},
		{"found", map[string]any{"nummer": number}, reply(forms.LookupFound),
			[]string{`data-color="success"`, "Provbageriet &amp; Co AB", "hämtade från Bolagsverket 23 november 2026 kl. 10", "Hämtat från Bolagsverket 23 november 2026"}, nil, false},
		{"missing", map[string]any{"nummer": number, "namn": "Mitt"}, reply(forms.LookupMissing), []string{`data-color="warning"`, "finns inte i registret hos Bolagsverket", "Egen uppgift"}, nil, true},
		{"down", map[string]any{"nummer": number, "namn": "Mitt"}, reply(forms.LookupUnavailable), []string{`data-color="info"`, "når inte registret", "Egen uppgift"}, nil, true},
		{"deregistered", map[string]any{"nummer": number}, reply(forms.LookupFound, forms.LookupDeregistered), []string{`data-color="warning"`, "avregistrerat"}, nil, false},
		{"a warning of somebody else's", map[string]any{"nummer": number}, reply(forms.LookupFound, "sold"), []string{"Registret har en anmärkning"}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := company(t, test.have, test.reply)
			_, page := content(t, "sv", d)
			uitest.HTML(t, test.name, []byte(page))
			for _, s := range test.says {
				if !strings.Contains(page, s) {
					t.Errorf("the page does not say %s:\n%s", s, page)
				}
			}
			for _, s := range test.not {
				if strings.Contains(page, s) {
					t.Errorf("the page says %s", s)
				}
			}
			if asks := posted(t, page).Has("a/namn"); asks != test.asks || asks != answers.Encode(d.View, "allt", nil).Has("a/namn") {
				t.Errorf("asks for the name: %v, want %v", asks, test.asks)
			}
		})
	}
}

func TestChoices(t *testing.T) {
	reply := forms.LookupReply{Status: forms.LookupChoose, Source: "Prov", Warnings: []string{forms.LookupMore}, Choices: []forms.LookupChoice{
		{ID: "a<1", Label: "Provgatan 12 A & B", Key: "Provgatan 12 A"}, {ID: "b", Label: "Provgatan 12 C", Key: "Provgatan 12 C"}}}
	d := company(t, map[string]any{"nummer": "Provgatan 12"}, &reply)
	_, page := content(t, "sv", d)
	uitest.HTML(t, "choices", []byte(page))
	for _, s := range []string{"Vilken menar du?", `name="p/nummer" value="a&lt;1"`, "Provgatan 12 A &amp; B", `name="op" value="pick/nummer"`, "Det finns fler träffar"} {
		if !strings.Contains(page, s) {
			t.Errorf("the page does not say %s:\n%s", s, page)
		}
	}
	if post := posted(t, page); post.Has("p/nummer") || !post.Has("a/namn") {
		t.Errorf("picked beforehand, or the name is not asked for: %v", post)
	}
	d.View.Form.Fields["/nummer"].Lookup.From = "address" // which has words of its own
	d.View.Scope.Facts = forms.TakeLookup(d.View.Form.Fields["/nummer"], "/nummer", "Provgatan 12", forms.LookupReply{Status: forms.LookupMissing, Source: "Prov"},
		d.View.Scope.Answers, nil)
	if _, page := content(t, "sv", d); !strings.Contains(page, "Adressen finns inte i registret hos Prov") {
		t.Errorf("an address is missing as a number is:\n%s", page)
	}
}

func TestNoButtonForARegisterThatCannotBeAsked(t *testing.T) {
	d := company(t, map[string]any{}, nil)
	d.Lookups = map[string]bool{}
	if _, page := content(t, "sv", d); strings.Contains(page, "Hämta uppgifter") {
		t.Error("there is a button")
	}
}

func TestTheSummaryTellsWhoseWordItIs(t *testing.T) {
	d := company(t, map[string]any{"nummer": "165560001234", "ort": "Ekköping"}, &forms.LookupReply{Status: forms.LookupFound, Source: "Bolagsverket",
		At: time.Date(2026, 11, 23, 9, 0, 30, 0, time.UTC), Values: map[string]string{"name": "Provbageriet AB"}})
	got := map[string]string{}
	link := func(string, forms.Pointer) string { return "/change" }
	for _, s := range SummaryView(Summary(catalog(t).In("sv"), d.View, Self, nil), link).Sections {
		for _, r := range s.Rows {
			if changes := r.Change != ""; changes != (r.Key != "Företagets namn") {
				t.Errorf("%s can be changed: %v", r.Key, changes)
			}
		}
	}
	for _, s := range Summary(catalog(t).In("sv"), d.View, Officer, nil) {
		for _, item := range s.Items {
			got[item.Question] = item.Source
		}
	}
	for question, want := range map[string]string{"Företagets namn": "Hämtat från Bolagsverket 23 november 2026", "Ort": "Egen uppgift", "Organisationsnummer": ""} {
		if got[question] != want {
			t.Errorf("%s: %q, want %q", question, got[question], want)
		}
	}
}
