package forms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

const shopsSchema = `{"properties": {"foretag": {"type": "array", "title": "Företag", "maxItems": 5, "items": {"type": "object", "properties": {
	"nr": {"type": "string", "title": "Nummer", "maxLength": 12}, "namn": {"type": "string", "title": "Namn", "maxLength": 20},
	"ort": {"type": "string", "title": "Ort"}, "roll": {"type": "string", "title": "Roll"}}}}}}`

const shopsLayout = `
pages:
  - id: lista
    title: Lista
    sections:
      - fields:
          - {pointer: /foretag, item: företag}
          - {pointer: /foretag/*/nr, lookup: {from: company, fills: {name: /foretag/*/namn, city: /foretag/*/ort}}}
          - {pointer: /foretag/*/namn, required: true}
          - {pointer: /foretag/*/roll}
  - id: mer
    title: Mer
    repeat: /foretag
    sections: [{fields: [{pointer: /foretag/*/ort, required: true}]}]
`

// shops is a form with a look-up in each row, as far as somebody has come.
type shops struct {
	*testing.T
	g     *journey.Graph
	scope forms.Scope
}

func newShops(t *testing.T, stored string) *shops {
	return &shops{T: t, g: formtest.Graph(t, formtest.Meta, shopsSchema, shopsLayout),
		scope: forms.Scope{Answers: formtest.JSON(t, stored), Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-23"}}
}

func (s *shops) view() *forms.View { s.Helper(); return view(s.T, s.g, s.scope) }

// ask presses the button in a row: the register has names of its own.
func (s *shops) ask(row int, name, city string) {
	s.Helper()
	f := s.g.Form().Fields["/foretag/*/nr"]
	at := forms.Pointer("/foretag").Index(row).Join("nr")
	key, _ := forms.Lookup(s.scope.Answers, at)
	var err error
	s.scope.Answers, s.scope.Facts, err = s.g.TakeLookup(s.scope, f, at, key.(string), forms.LookupReply{Status: forms.LookupFound,
		Source: "Bolagsverket", At: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Values: map[string]string{"name": name, "city": city}})
	if err != nil {
		s.Fatal(err)
	}
}

// post changes what is typed on a page and posts it with a button.
func (s *shops) post(page, op string, change map[string]string) answers.Decoded {
	s.Helper()
	v := s.view()
	values := answers.Encode(v, page, nil)
	values.Set(answers.FieldOp, op)
	for name, text := range change {
		if name == answers.RowKey("/foretag") {
			values.Add(name, text)
			continue
		}
		values.Set(name, text)
	}
	got := answers.Decode(s.g, v, page, values)
	s.scope.Answers, s.scope.Facts, _ = forms.SettleLookups(s.g.Form(), got.Answers, s.scope.Facts)
	return got
}

func (s *shops) want(what, stored string, kept int) {
	s.Helper()
	if d := cmp.Diff(formtest.JSON(s.T, stored), s.scope.Answers); d != "" {
		s.Errorf("%s: %s", what, d)
	}
	all, _ := s.scope.Facts["lookup"].(map[string]any)
	if byKey, _ := all["company"].(map[string]any); len(byKey) != kept {
		s.Errorf("%s: %d records are kept, want %d", what, len(byKey), kept)
	}
}

func TestALookupFillsItsRow(t *testing.T) {
	s := newShops(t, `{"foretag": [{"nr": "1", "ort": "Provby"}, {"nr": "2", "namn": "Eget", "ort": "Ekköping"}]}`)
	s.ask(0, "Ett AB", "Ekköping")
	s.want("asked", `{"foretag": [{"nr": "1", "namn": "Ett AB", "ort": "Ekköping"}, {"nr": "2", "namn": "Eget", "ort": "Ekköping"}]}`, 1)
	v := s.view()
	name, city := v.Form.Fields["/foretag/*/namn"], v.Form.Fields["/foretag/*/ort"]
	if !v.FromRegister(name, "/foretag/0/namn") || v.FromRegister(name, "/foretag/1/namn") || !v.FromRegister(city, "/foretag/0/ort") {
		t.Error("the wrong rows are the register's")
	}
	if o, own := v.OriginOf(city, "/foretag/1/ort"); own || o.Register != "" {
		t.Error("what another row has is told to be the register's too")
	}
	// Neither page offers what the register said, and it cannot be posted over.
	s.post("lista", answers.OpContinue, map[string]string{"a/foretag/0/namn": "Bluff"})
	s.post("mer.1", answers.OpContinue, map[string]string{"a/foretag/0/ort": "Bluff"})
	s.want("posted over", `{"foretag": [{"nr": "1", "namn": "Ett AB", "ort": "Ekköping"}, {"nr": "2", "namn": "Eget", "ort": "Ekköping"}]}`, 1)
	// A row takes it along when it is moved.
	s.post("lista", answers.Op(answers.OpDown, "/foretag/0"), nil)
	s.want("moved", `{"foretag": [{"nr": "2", "namn": "Eget", "ort": "Ekköping"}, {"nr": "1", "namn": "Ett AB", "ort": "Ekköping"}]}`, 1)
	if v := s.view(); !v.FromRegister(name, "/foretag/1/namn") {
		t.Error("the row that was moved does not know whose word it has")
	}
	// With another number its own words are taken back, and nothing of the other row's, though its town is the same.
	s.post("lista", answers.OpContinue, map[string]string{"a/foretag/1/nr": "3"})
	s.want("another number", `{"foretag": [{"nr": "2", "namn": "Eget", "ort": "Ekköping"}, {"nr": "3"}]}`, 0)
	s.ask(1, "Tre AB", "")
	s.post("lista", answers.Op(answers.OpRemove, "/foretag/1"), nil)
	s.want("removed", `{"foretag": [{"nr": "2", "namn": "Eget", "ort": "Ekköping"}]}`, 0)
}

func TestTwoRowsAboutTheSame(t *testing.T) {
	s := newShops(t, `{"foretag": [{"nr": "1"}, {"roll": "ägare", "ort": "Provby"}]}`)
	s.ask(0, "Ett AB", "Ekköping")
	s.post("lista", answers.OpContinue, map[string]string{"a/foretag/1/nr": "1"})
	s.want("the same number", `{"foretag": [{"nr": "1", "namn": "Ett AB", "ort": "Ekköping"}, {"nr": "1", "namn": "Ett AB", "roll": "ägare", "ort": "Provby"}]}`, 1)
	s.ask(1, "Ett Nytt AB", "Ekköping")
	s.want("asked anew", `{"foretag": [{"nr": "1", "namn": "Ett Nytt AB", "ort": "Ekköping"}, {"nr": "1", "namn": "Ett Nytt AB", "roll": "ägare", "ort": "Ekköping"}]}`, 1)
	s.post("lista", answers.OpContinue, map[string]string{"a/foretag/0/nr": ""})
	s.want("one of them changed", `{"foretag": [{}, {"nr": "1", "namn": "Ett Nytt AB", "roll": "ägare", "ort": "Ekköping"}]}`, 1)
	s.ask(1, "Ett namn som är för långt för fältet AB", "Ekköping")
	s.want("too long", `{"foretag": [{}, {"nr": "1", "roll": "ägare", "ort": "Ekköping"}]}`, 1)
}

// A button in a row that was just added says where the row stands when it is stored.
func TestWhereAButtonInANewRowIs(t *testing.T) {
	const rows = "r/foretag"
	for name, test := range map[string]struct {
		stored string
		change map[string]string
		at     forms.Pointer
	}{
		"filled in":           {`{"foretag": [{"nr": "1"}]}`, map[string]string{rows: "n0", "a/foretag/n0/nr": "2"}, "/foretag/1/nr"},
		"blank":               {`{"foretag": [{"nr": "1"}]}`, map[string]string{rows: "n0"}, "/foretag/1/nr"},
		"the only one, blank": {`{}`, map[string]string{rows: "n0"}, "/foretag/0/nr"},
	} {
		s := newShops(t, test.stored)
		got := s.post("lista", answers.Op(answers.OpLookup, "/foretag/n0/nr"), test.change)
		found := false
		for _, l := range got.Lookups {
			if l.Posted == got.At {
				found = true
				if l.At != test.at {
					t.Errorf("%s: at %s, want %s", name, l.At, test.at)
				}
			}
		}
		if !found {
			t.Errorf("%s: the button is on no field", name)
		}
	}
}

func TestUnpickedInARowIsDropped(t *testing.T) {
	s := newShops(t, `{"foretag": [{"nr": "1"}, {"nr": "2"}]}`)
	s.ask(1, "Två AB", "")
	several := forms.LookupReply{Status: forms.LookupChoose, Choices: []forms.LookupChoice{{ID: "a", Key: "1a", Label: "A", Values: map[string]string{"name": "A AB"}}}}
	f := s.g.Form().Fields["/foretag/*/nr"]
	s.scope.Facts = forms.TakeLookup(f, "/foretag/0/nr", "1", several, s.scope.Answers, s.scope.Facts)
	left := forms.DropUnpicked(s.scope.Facts)["lookup"].(map[string]any)["company"].(map[string]any)
	if len(left) != 1 || left["2"] == nil {
		t.Errorf("left %v", left)
	}
	var picked bool
	var err error
	s.scope.Answers, s.scope.Facts, picked, err = s.g.PickLookup(s.scope, f, "/foretag/0/nr", "a")
	if err != nil || !picked {
		t.Fatal(picked, err)
	}
	s.want("picked", `{"foretag": [{"nr": "1a", "namn": "A AB"}, {"nr": "2", "namn": "Två AB"}]}`, 2)
}

func TestALookupStaysInItsRow(t *testing.T) {
	schema := strings.Replace(shopsSchema, `{"properties": {`, `{"properties": {"topp": {"type": "string", "title": "Topp"}, `, 1)
	const lookup = "{pointer: /foretag/*/nr, lookup: {from: company, fills: {name: /foretag/*/namn, city: /foretag/*/ort}}}"
	for _, fields := range []string{
		"{pointer: /topp}\n          - " + strings.Replace(lookup, "name: /foretag/*/namn", "name: /topp", 1),
		"{pointer: /foretag/*/nr}\n          - " + strings.Replace(lookup, "/foretag/*/nr", "/topp", 1),
	} {
		def, diags := forms.Load(formtest.FS(formtest.Meta, schema, strings.Replace(shopsLayout, lookup, fields, 1)), "prov")
		if def != nil {
			_, diags = forms.Compile(def)
		}
		if len(diags) == 0 || !strings.Contains(diags[0].String(), "stands in other rows than") {
			t.Errorf("%s: %v", fields, diags)
		}
	}
}
