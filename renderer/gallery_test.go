package renderer

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

func loadForm(t testing.TB, dir string) *forms.Form {
	t.Helper()
	def, diags := forms.Load(os.DirFS("testdata"), dir)
	for _, d := range diags {
		t.Error(d)
	}
	if t.Failed() {
		t.FailNow()
	}
	form, diags := forms.Compile(def)
	for _, d := range diags {
		t.Error(d)
	}
	if t.Failed() {
		t.FailNow()
	}
	return form
}

func catalog(t testing.TB) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// view shows everything, with these answers.
func view(form *forms.Form, stored map[string]any) *forms.View {
	return &forms.View{Form: form, Pages: form.Pages, Scope: forms.Scope{Answers: stored}, Answers: stored,
		Hidden: map[forms.Pointer]bool{}, Facts: map[string]any{}}
}

func parseAnswers(t testing.TB, s string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

const filled = `{"namn":"Åsa \"Kajsa\" Testsson <b>","nr":"201201012380","post":"asa@example.se","tel":"+46701740605",
"skal":"Lång väg.\nIngen buss.","langd":12.5,"antal":0,"belopp":125050,"ja":true,"samtycke":true,"val":"bjork","arskurs":4,
"grunder":["avstand","funktion"],"start":"2026-08-07","tid":"14:30",
"intyg":[{"id":"f1","name":"intyg & journal.pdf","type":"application/pdf","size":340000},{"id":"f2","name":"foto.jpg","type":"image/jpeg","size":2500000}],
"hem":{"gata":"Provgatan 1","postnr":"12345"},"dagar":[{"dag":"ma","fran":"2026-08-17","klass":false,"adress":"Provgatan 1"},{"dag":"ti"}],
"ord":["finska","somaliska"],"fast":"Ekköping","tom":""}`

var wrong = []forms.Problem{
	{Pointer: "/namn", Code: forms.Required},
	{Pointer: "/nr", Code: forms.PersonCheck},
	{Pointer: "/post", Code: forms.FormatCode, Params: map[string]any{"format": "email"}},
	{Pointer: "/skal", Code: forms.TooLong, Params: map[string]any{"max": 500, "length": json.Number("612")}},
	{Pointer: "/langd", Code: forms.NotANumber},
	{Pointer: "/belopp", Code: forms.TooLarge, Params: map[string]any{"max": json.Number("500000")}},
	{Pointer: "/ja", Code: forms.Required},
	{Pointer: "/val", Code: forms.Required},
	{Pointer: "/arskurs", Code: forms.NotAnOption},
	{Pointer: "/grunder", Code: forms.TooFew, Params: map[string]any{"min": 1}},
	{Pointer: "/start", Code: forms.NotADate, Params: map[string]any{"part": "month"}},
	{Pointer: "/samtycke", Code: forms.Required},
	{Pointer: "/intyg", Code: forms.FileTooBig, Params: map[string]any{"name": "stor.pdf", "max": int64(5 << 20)}},
	{Pointer: "/hem/gata", Code: forms.Required},
	{Pointer: "/dagar/1/fran", Code: forms.TooEarly, Params: map[string]any{"min": "2026-08-17"}},
	{Pointer: "/dagar/0/dag", Code: forms.Required},
	{Pointer: "/dagar", Code: forms.TooMany, Params: map[string]any{"max": 5}},
	{Pointer: "/tid", Code: forms.FormatCode, Params: map[string]any{"format": "time"}, Soft: true},
}

// states are the gallery's page in every state that a control can have.
func states(t testing.TB) map[string]PageData {
	form := loadForm(t, "gallery")
	long := strings.Repeat("Mycketlångtordsomintefårplats ", 40)
	hidden := []ui.Hidden{{Name: answers.FieldCSRF, Value: "x"}, {Name: answers.FieldPage, Value: "allt"}, {Name: answers.FieldRevision, Value: "7"}}
	empty := PageData{View: view(form, map[string]any{}), Hidden: hidden, Save: true}
	full := PageData{View: view(form, parseAnswers(t, filled)), Hidden: hidden, Save: true, Action: "/e/prov/1/allt",
		Sources: map[string]Source{"f-elev": {Name: "folkbokföringen", Time: "22 november 2026 kl. 14.05"}},
		FileURL: func(id string) string { return "/filer/" + id }}
	full.View.Facts["f-elev"] = "Kim Testsson"
	bad := full
	bad.Problems = wrong
	bad.Typed = forms.Typed{"/langd": "tolv <km>", "y/start": "26", "m/start": "13", "d/start": "x", "m/dagar/1/fran": "\"9"}
	longer := full
	longer.View = view(form, parseAnswers(t, filled))
	for _, key := range []string{"namn", "skal", "tom"} {
		longer.View.Scope.Answers[key] = long
	}
	longer.View.Facts["f-elev"] = long
	return map[string]PageData{"tom": empty, "ifylld": full, "fel": bad, "lang": longer}
}

// content is a page's content in a language.
func content(t testing.TB, lang string, d PageData) (*Page, string) {
	t.Helper()
	p, ok := New(catalog(t), DefaultLimits).Form(d.View.Form).Page(pageOf(d), lang)
	if !ok {
		t.Fatal("the form has no such page")
	}
	return p, string(p.Append(nil, d))
}

// pageOf is the only page of a sample's form.
func pageOf(d PageData) string { return d.View.Form.Pages[0].ID }
