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

const lookupSchema = `{"properties":{"nr":{"type":"string","title":"Nummer"},
	"namn":{"type":"string","title":"Namn","maxLength":20},"ort":{"type":"string","title":"Ort"},"fritt":{"type":"string","title":"Fritt"},
	"tal":{"type":"number","title":"Tal"},"hemligt":{"type":"string","title":"Hemligt"}}}`

func lookupLayout(lookup string) string {
	return "pages: [{id: p, title: P, sections: [{fields: [{pointer: /nr, lookup: {" + lookup + "}}, {pointer: /namn, required: true}, {pointer: /ort}, {pointer: /fritt}, {pointer: /tal}, {pointer: /hemligt, audience: officer}]}]}]\n"
}

const usual = "from: company, fills: {name: /namn, city: /ort}"

var told = forms.LookupReply{Status: forms.LookupFound, Source: "Bolagsverket", At: time.Date(2026, 11, 23, 9, 0, 30, 0, time.UTC),
	Values: map[string]string{"name": "Provbageriet AB", "city": "Ekköping"}}

// asked is a draft in which the register has been asked about key and said reply.
func asked(t *testing.T, lookup, key string, reply forms.LookupReply, have map[string]any) (*journey.Graph, forms.Scope) {
	t.Helper()
	g := formtest.Graph(t, formtest.Meta, lookupSchema, lookupLayout(lookup))
	have["nr"] = key
	scope := forms.Scope{Answers: have, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"}
	var err error
	if scope.Answers, scope.Facts, err = g.TakeLookup(scope, g.Form().Fields["/nr"], "/nr", key, reply); err != nil {
		t.Fatal(err)
	}
	return g, scope
}

func view(t *testing.T, g *journey.Graph, scope forms.Scope) *forms.View {
	t.Helper()
	v, err := g.Run(scope)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestWhatTheRegisterSaidIsFilledInAndKept(t *testing.T) {
	g, scope := asked(t, usual, "16", told, map[string]any{"namn": "något jag skrev", "fritt": "mitt"})
	if diff := cmp.Diff(map[string]any{"nr": "16", "namn": "Provbageriet AB", "ort": "Ekköping", "fritt": "mitt"}, scope.Answers); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	v := view(t, g, scope)
	f := v.Form.Fields["/namn"]
	if o, ok := v.OriginOf(f, f.Pointer); !ok || o != (forms.Origin{Register: "Bolagsverket", At: told.At}) || !v.FromRegister(f, f.Pointer) {
		t.Errorf("origin %+v %v, locked %v", o, ok, v.FromRegister(f, f.Pointer))
	}
	if _, ok := v.OriginOf(v.Form.Fields["/fritt"], "/fritt"); ok {
		t.Error("a field that no look-up fills has an origin")
	}
	// What cannot be changed is not offered, and whatever is posted in its name is not read.
	post := answers.Encode(v, "p", nil)
	if post.Has("a/namn") {
		t.Error("the name is offered")
	}
	post.Set("a/namn", "Annat AB")
	if got := answers.Decode(g, v, "p", post).Answers["namn"]; got != "Provbageriet AB" {
		t.Errorf("posted over the register: %v", got)
	}
}

func TestAnotherNumberTakesTheRegistersWordsBack(t *testing.T) {
	g, scope := asked(t, usual, "16", told, map[string]any{"fritt": "mitt"})
	v := view(t, g, scope)
	post := answers.Encode(v, "p", nil)
	post.Set("a/nr", "17")
	scope.Answers = answers.Decode(g, v, "p", post).Answers
	settled, facts, changed := forms.SettleLookups(g.Form(), scope.Answers, scope.Facts)
	if !changed {
		t.Fatal("nothing was taken back")
	}
	if diff := cmp.Diff(map[string]any{"nr": "17", "fritt": "mitt"}, settled); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{}, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if _, _, again := forms.SettleLookups(g.Form(), settled, facts); again {
		t.Error("taken back twice")
	}
}

func TestWithoutTheRegisterTheWordsAreOnesOwn(t *testing.T) {
	g, scope := asked(t, usual, "16", forms.LookupReply{Status: forms.LookupUnavailable, Source: "Bolagsverket", At: told.At,
		Values: map[string]string{"name": "not told"}}, map[string]any{"namn": "Mitt bageri"})
	v := view(t, g, scope)
	if o, ok := v.OriginOf(v.Form.Fields["/namn"], "/namn"); !ok || o.Register != "" || v.FromRegister(v.Form.Fields["/namn"], "/namn") {
		t.Errorf("origin %+v %v", o, ok)
	}
	if scope.Answers["namn"] != "Mitt bageri" {
		t.Errorf("what was typed became %v", scope.Answers["namn"])
	}
}

func TestEditable(t *testing.T) {
	g, scope := asked(t, usual+", editable: true", "16", told, map[string]any{})
	v := view(t, g, scope)
	f := v.Form.Fields["/namn"]
	if o, _ := v.OriginOf(f, f.Pointer); o.Register == "" || v.FromRegister(f, f.Pointer) {
		t.Errorf("origin %+v, locked %v", o, v.FromRegister(f, f.Pointer))
	}
	scope.Answers["namn"] = "Provbageriet i Ekköping"
	if o, ok := view(t, g, scope).OriginOf(f, f.Pointer); !ok || o.Register != "" {
		t.Errorf("a changed value comes from %q", o.Register)
	}
}

func TestAValueThatTheFormRefusesIsNotFilledIn(t *testing.T) {
	long := told
	long.Values = map[string]string{"name": strings.Repeat("Å", 21), "city": "Ekköping"}
	g, scope := asked(t, usual, "16", long, map[string]any{})
	if _, has := scope.Answers["namn"]; has || scope.Answers["ort"] != "Ekköping" {
		t.Errorf("answers %v", scope.Answers)
	}
	v := view(t, g, scope)
	if v.FromRegister(v.Form.Fields["/namn"], "/namn") {
		t.Error("the person cannot write the name")
	}
}

func TestCompileRefusesLookups(t *testing.T) {
	for lookup, want := range map[string]string{
		"from: company":                                    "fills nothing",
		"fills: {name: /namn}":                             `from "", as ""`,
		"from: company, fills: {name: /tal}":               "/tal cannot be filled",
		"from: company, fills: {name: /nr}":                "/nr cannot be filled",
		"from: company, fills: {name: /hemligt}":           "/hemligt is for some readers only",
		"from: company, fills: {name: /x}":                 "/x cannot be filled",
		"from: company, fills: {name: /namn, city: /namn}": "/namn is filled twice",
	} {
		def, diags := forms.Load(formtest.FS(formtest.Meta, lookupSchema, lookupLayout(lookup)), "prov")
		if def != nil {
			_, diags = forms.Compile(def)
		}
		if len(diags) != 1 || !strings.Contains(diags[0].String(), want) {
			t.Errorf("%s: %v, want %s", lookup, diags, want)
		}
	}
}
