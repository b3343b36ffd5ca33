package renderer

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/renderer/ui"
	"samtjanst/renderer/ui/uitest"
)

// childrenForm has a page for each child: with rows in the row, a file, a stop, and what is the officer's alone.
func childrenForm(t testing.TB) *journey.Graph {
	t.Helper()
	def, diags := forms.Load(fstest.MapFS{
		"form.yaml": {Data: []byte("id: prov\ntitle: Prov\n")},
		"schema.json": {Data: []byte(`{"properties":{"barn":{"title":"Barn","type":"array","maxItems":4,"items":{"type":"object","properties":{
 "kod":{"title":"Kod","type":"string"},"namn":{"title":"Namn","type":"string"},"klass":{"title":"Klass","type":"string"},
 "skola":{"title":"Skola","enum":["Norra","annan"]},"vilken":{"title":"Vilken","type":"string"},
 "dagar":{"title":"Dagar","type":"array","maxItems":3,"items":{"type":"object","properties":{"dag":{"title":"Dag","type":"string"}}}},
 "intyg":{"title":"Intyg","type":"array","items":{"format":"file"}},"start":{"title":"Start","type":"string","format":"date"}}}}}}`)},
		"layout.yaml": {Data: []byte(`pages:
  - id: barn
    title: Vilka barn?
    sections:
      - fields:
          - {pointer: /barn, item: barn}
          - {pointer: /barn/*/kod, audience: officer}
          - {pointer: /barn/*/namn}
          - {pointer: /barn/*/klass}
  - id: skola
    title: Skola
    repeat: /barn
    help: Svara för ett barn i taget.
    sections:
      - title: Var
        fields:
          - {pointer: /barn/*/skola, required: true}
          - {pointer: /barn/*/vilken, required: true, showWhen: {/row/skola: {const: annan}}}
          - {id: obs, notice: Vi frågar skolan., kind: info, showWhen: {/row/skola: {const: annan}}}
      - title: När
        showWhen: {/row/skola: {const: Norra}}
        fields:
          - {pointer: /barn/*/start}
          - {pointer: /barn/*/dagar, item: dag}
          - {pointer: /barn/*/dagar/*/dag, required: true}
          - {pointer: /barn/*/intyg, widget: files}
`)},
	}, ".")
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
	return g
}

const twoChildren = `{"barn":[{"kod":"hemlig","namn":"Elsa Testsson","klass":"3 B","skola":"annan","vilken":"Östra"},
	{"kod":"sluten","namn":"Oskar <Testsson>","klass":"3 B","skola":"Norra","start":"2026-08-17","dagar":[{"dag":"mån"},{}]}]}`

func childrenView(t testing.TB, g *journey.Graph, stored string) *forms.View {
	t.Helper()
	v, err := g.Run(forms.Scope{Answers: parseAnswers(t, stored), Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPageOfARow(t *testing.T) {
	g := childrenForm(t)
	v := childrenView(t, g, twoChildren)
	pages := New(catalog(t), DefaultLimits).Form(g.Form())
	for _, test := range []struct {
		id, title  string
		has, hides []string
	}{
		{"skola.1", "Skola – Barn 1",
			[]string{`<p class="st-which">Barn 1 · Elsa Testsson</p>`, `data-form="skola.1"`, `name="a/barn/0/skola"`, `id="f-barn-x-vilken.0"`, `name="a/barn/0/vilken"`, `value="Östra"`, "Vi frågar skolan.", "Steg 2 av 3", `formaction="#f-barn-x-skola.0"`},
			[]string{"/barn/1/", `"f-barn-x-skola.1"`, "När", "hemlig", "Oskar", "r/barn"}},
		{"skola.2", "Skola – Barn 2",
			[]string{"Barn 2 · Oskar &lt;Testsson&gt;", `name="d/barn/1/start" value="17"`, `name="r/barn/1/dagar" value="1"`, `name="a/barn/1/dagar/0/dag"`, `id="f-barn-x-dagar-x-dag.1.0"`, `name="f/barn/1/intyg"`, `value="add/barn/1/dagar"`, "Steg 3 av 3"},
			[]string{"/barn/0/", "Vi frågar skolan.", "Östra", "sluten", "/barn/*"}},
	} {
		p, ok := pages.Page(test.id, "sv")
		if !ok {
			t.Fatalf("no page %s", test.id)
		}
		page := string(p.Append(nil, PageData{View: v}))
		uitest.HTML(t, test.id, []byte(page))
		if p.Title() != test.title {
			t.Errorf("title %q, want %q", p.Title(), test.title)
		}
		for _, s := range test.has {
			if !strings.Contains(page, s) {
				t.Errorf("%s lacks %s\n%s", test.id, s, page)
			}
		}
		for _, s := range test.hides {
			if strings.Contains(page, s) {
				t.Errorf("%s has %s", test.id, s)
			}
		}
		sent, err := uitest.Posted([]byte(page))
		if err != nil {
			t.Fatal(err)
		}
		sent.Set(answers.FieldOp, answers.OpUpdate)
		if diff := cmp.Diff(v.Scope.Answers, answers.Decode(g, v, test.id, sent).Answers); diff != "" {
			t.Errorf("%s posted unchanged (-stored +decoded)\n%s", test.id, diff)
		}
	}
	one, _ := pages.Page("skola.1", "sv")
	two, _ := pages.Page("skola.2", "sv")
	if &one.body[0] != &two.body[0] {
		t.Error("the page is compiled for each row")
	}
	for _, id := range []string{"skola", "skola.0", "skola.5", "barn.1"} {
		if _, ok := pages.Page(id, "sv"); ok {
			t.Errorf("there is a page %s", id)
		}
	}
	if _, err := New(catalog(t), DefaultLimits).Compile(g.Form(), g.Form().Pages[1], "sv"); err == nil {
		t.Error("a page of no row is compiled")
	}
}

// What is wrong on a row's page leads to its control there, and says elsewhere which row it is of.
func TestProblemsOfARow(t *testing.T) {
	g := childrenForm(t)
	v := childrenView(t, g, `{"barn":[{"namn":"Elsa"},{"namn":"Oskar","skola":"Norra","dagar":[{"dag":"mån"},{}]}]}`)
	pages := New(catalog(t), DefaultLimits).Form(g.Form())
	whole := g.Validate(v, "")
	for _, test := range []struct {
		page string
		want []ui.ProblemLink
	}{
		{"skola.1", []ui.ProblemLink{{Target: "f-barn-x-skola.0", Text: "Välj ett svar på ”Skola”."}, {Text: "Barn 2: Fyll i ”Dag”."}}},
		{"skola.2", []ui.ProblemLink{{Target: "f-barn-x-dagar-x-dag.1.1", Text: "Fyll i ”Dag”."}, {Text: "Barn 1: Välj ett svar på ”Skola”."}}},
		{"barn", []ui.ProblemLink{{Text: "Barn 1: Välj ett svar på ”Skola”."}, {Text: "Barn 2: Fyll i ”Dag”."}}},
	} {
		p, _ := pages.Page(test.page, "sv")
		got := p.Links(PageData{View: v, Problems: whole})
		for i, l := range got {
			if i < len(test.want) && test.want[i].Target == "" {
				got[i].Target = ""
			} else if l.Target != "" && !strings.Contains(string(p.Append(nil, PageData{View: v, Problems: whole})), `id="`+l.Target+`"`) {
				t.Errorf("%s: nothing is called %s", test.page, l.Target)
			}
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.page, diff)
		}
	}
	l := catalog(t).In("sv")
	if text := ProblemText(l, v, nil, whole[0]); text != "Barn 1: Välj ett svar på ”Skola”." {
		t.Error(text)
	}
	for at, id := range map[forms.Pointer]string{"/barn/1/skola": "f-barn-x-skola.1", "/barn/1/dagar/0/dag": "f-barn-x-dagar-x-dag.1.0", "/barn/1/namn": "f-barn-x-namn.1", "/barn/1": "f-barn.1.row", "/barn": "f-barn"} {
		if got := ControlID(v, nil, at); got != id {
			t.Errorf("%s has the control %s, want %s", at, got, id)
		}
	}
}

// A row is told by as few answers as tell it from the others; what not everybody may read is not in its name.
func TestNameOfARow(t *testing.T) {
	g := childrenForm(t)
	l := catalog(t).In("sv")
	for _, test := range []struct{ answers, want string }{
		{`{"barn":[{"namn":"Elsa","klass":"1"},{"namn":"Oskar","klass":"1"}]}`, "Barn 1 · Elsa"},
		{`{"barn":[{"namn":"Elsa","klass":"1"},{"namn":"Elsa","klass":"2"}]}`, "Barn 1 · Elsa · 1"},
		{`{"barn":[{"namn":"Elsa","klass":"1"},{"namn":"Elsa","klass":"1"}]}`, "Barn 1 · Elsa · 1"},
		{`{"barn":[{"kod":"hemlig"},{"namn":"Elsa"}]}`, "Barn 1"},
		{`{"barn":[{}]}`, "Barn 1"},
	} {
		v := childrenView(t, g, test.answers)
		page, _ := v.Page("skola.1")
		if got := rowName(l, v, page); got != test.want {
			t.Errorf("%s: %q, want %q", test.answers, got, test.want)
		}
	}
}

func TestSummaryOfRows(t *testing.T) {
	g := childrenForm(t)
	l := catalog(t).In("sv")
	v := childrenView(t, g, twoChildren)
	got := map[Reader]string{}
	for _, to := range []Reader{Party, Self} {
		for _, sec := range Summary(l, v, to, nil) {
			got[to] += sec.Page + ": " + sec.Title + "\n"
			for _, item := range sec.Items {
				got[to] += "  " + string(item.Pointer) + " " + item.Question + ": " + item.Answer + "\n"
			}
			for _, part := range sec.Parts {
				got[to] += "  " + part.Title + "\n"
				for _, item := range part.Items {
					got[to] += "    " + string(item.Pointer) + " " + item.Question + ": " + item.Answer + "\n"
				}
			}
		}
	}
	const own = "    /barn/0/kod Kod: hemlig\n"
	want := `barn: Vilka barn?
  Barn 1
` + own + `    /barn/0/namn Namn: Elsa Testsson
    /barn/0/klass Klass: 3 B
  Barn 2
    /barn/1/kod Kod: sluten
    /barn/1/namn Namn: Oskar <Testsson>
    /barn/1/klass Klass: 3 B
skola.1: Skola – Barn 1 · Elsa Testsson
  /barn/0/skola Skola: annan
  /barn/0/vilken Vilken: Östra
skola.2: Skola – Barn 2 · Oskar <Testsson>
  /barn/1/skola Skola: Norra
  /barn/1/start Start: 17 augusti 2026
  /barn/1/intyg Intyg: 
  Dag 1
    /barn/1/dagar/0/dag Dag: mån
  Dag 2
    /barn/1/dagar/1/dag Dag: 
`
	if diff := cmp.Diff(want, got[Self]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want = strings.ReplaceAll(strings.ReplaceAll(want, own, ""), "    /barn/1/kod Kod: sluten\n", "")
	if diff := cmp.Diff(want, got[Party]); diff != "" {
		t.Errorf("to the other party (-want +got)\n%s", diff)
	}
	view := SummaryView(Summary(l, v, Self, nil), func(page string, at forms.Pointer) string { return page + "#" + ControlID(v, nil, at) })
	if change := view.Sections[2].Rows[0].Change; change != "skola.2#f-barn-x-skola.1" {
		t.Errorf("changed at %q", change)
	}
}

// Rows that are the officer's alone to read have pages that nobody else reads either.
func TestSummaryOfRowsKeepsTheWalls(t *testing.T) {
	g := childrenForm(t)
	g.Form().Fields["/barn"].Audience = "officer"
	v := childrenView(t, g, twoChildren)
	if got := Summary(catalog(t).In("sv"), v, Party, nil); len(got) > 0 {
		t.Errorf("another party reads %+v", got)
	}
	if got := Summary(catalog(t).In("sv"), v, Officer, nil); len(got) != 3 || got[1].Title != "Skola – Barn 1" {
		t.Errorf("the officer reads %+v", got)
	}
}
