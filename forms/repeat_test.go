package forms_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
)

const children = `{"properties":{
	"barn":{"type":"array","title":"Barn","maxItems":3,"items":{"type":"object","required":["namn","skola"],"properties":{
		"namn":{"type":"string","title":"Namn"},"skola":{"type":"string","title":"Skola"},"kurs":{"type":"string","title":"Kurs"},
		"syskon":{"type":"array","title":"Syskon","maxItems":3,"items":{"type":"object","properties":{"namn":{"type":"string","title":"Namn"}}}}}}},
	"kurser":{"type":"array","title":"Kurser","items":{"type":"object","properties":{"namn":{"type":"string","title":"Namn"}}}},
	"egen":{"type":"object","properties":{"barn":{"type":"array","title":"Barn","maxItems":3,"items":{"type":"object","properties":{"namn":{"type":"string","title":"Namn"}}}}}},
	"namn":{"type":"string","title":"Namn"}}}`

func compileLayout(t *testing.T, layout string) (*forms.Form, []string) {
	t.Helper()
	def, diags := forms.Load(formtest.FS(formtest.Meta, children, layout), "prov")
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	var told []string
	for _, d := range diags {
		told = append(told, d.String())
	}
	return form, told
}

func TestRepeatRefused(t *testing.T) {
	const (
		barn  = "- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/namn}]}]}\n"
		skola = ", title: Skola, sections: [{fields: [{pointer: /barn/*/skola}]}]}\n"
	)
	for _, test := range []struct{ name, layout, want string }{
		{"nowhere", barn + "- {id: skola, repeat: /bran" + skola, "layout.yaml:3:23: page skola is repeated for \"/bran\", which points nowhere in schema.json (did you mean barn?)"},
		{"no pointer", barn + "- {id: skola, repeat: barn" + skola, "layout.yaml:3:23: page skola is repeated for \"barn\", which points nowhere in schema.json (begin it with /)"},
		{"on no page", "- {id: skola, repeat: /barn" + skola, "layout.yaml:2:23: page skola is repeated for rows that are on no page (place /barn on a page before this one)"},
		{"on a later page", "- {id: skola, repeat: /barn" + skola + barn, "layout.yaml:2:23: page skola is repeated for rows that do not come before it (place /barn on a page before this one)"},
		{"on the same page", "- {id: skola, repeat: /barn, title: S, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/skola}]}]}\n",
			"layout.yaml:2:23: page skola is repeated for rows that do not come before it (place /barn on a page before this one)"},
		{"no rows", "- {id: a, title: A, sections: [{fields: [{pointer: /namn}]}]}\n- {id: skola, repeat: /namn" + skola,
			"layout.yaml:3:23: page skola is repeated for /namn, which has no rows of its own (name a list of objects that stands in no other list)"},
		{"rows in rows", "- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/syskon}, {pointer: /barn/*/syskon/*/namn}]}]}\n- {id: skola, repeat: /barn/*/syskon" + skola,
			"layout.yaml:3:23: page skola is repeated for /barn/*/syskon, which has no rows of its own (name a list of objects that stands in no other list)"},
		{"too many", "- {id: a, title: A, sections: [{fields: [{pointer: /kurser}, {pointer: /kurser/*/namn}]}]}\n- {id: skola, repeat: /kurser" + skola,
			"layout.yaml:3:23: page skola is repeated for each of /kurser, which may be too many (write maxItems in schema.json, at most 30)"},
		{"own", "- {id: a, own: true, title: A, sections: [{fields: [{pointer: /egen/barn}, {pointer: /egen/barn/*/namn}]}]}\n- {id: skola, repeat: /egen/barn" + skola,
			"layout.yaml:3:23: page skola has own: false, and page a with its rows own: true (write the same own on both pages)"},
		{"nothing of a row before", "- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}]}]}\n- {id: skola, repeat: /barn" + skola,
			"layout.yaml:3:23: page barn asks for nothing in the rows of /barn, so it would ask for all of it (place what tells one row from another there, /barn/*/…)"},
		{"a field of no row", barn + "- {id: skola, repeat: /barn, title: S, sections: [{fields: [{pointer: /barn/*/skola}, {pointer: /namn}]}]}\n",
			"layout.yaml:3:97: page skola is asked once for each row, and /namn stands in none (place it on a page of its own, or name something within /barn/*)"},
		{"twice", barn + "- {id: skola, repeat: /barn, title: S, sections: [{fields: [{pointer: /barn/*/namn}]}]}\n",
			"layout.yaml:3:71: /barn/*/namn is placed twice (place it once)"},
		{"a row's field on another page", barn + "- {id: skola, title: S, sections: [{fields: [{pointer: /barn/*/skola}]}]}\n",
			"layout.yaml:3:56: /barn/*/skola stands on another page than /barn (place it after /barn)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			form, told := compileLayout(t, "pages:\n"+test.layout)
			if form != nil {
				t.Error("it compiles")
			}
			if diff := cmp.Diff([]string{test.want}, told); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestRepeatedPage(t *testing.T) {
	form, told := compileLayout(t, `pages:
- {id: barn, title: Barn, sections: [{fields: [{pointer: /barn}, {pointer: /barn/*/namn}]}]}
- id: skola
  title: Skola
  repeat: /barn
  sections: [{fields: [{pointer: /barn/*/skola}, {notice: Hej., kind: info}]}, {fields: [{pointer: /barn/*/syskon}]}]
`)
	if form == nil {
		t.Fatal(told)
	}
	page, rows := form.Pages[1], form.Fields["/barn"]
	if len(rows.Fields) != 1 || rows.Fields[0].Pointer != "/barn/*/namn" {
		t.Errorf("the rows on their own page ask %v", rows.Fields)
	}
	for ptr, on := range map[forms.Pointer]*forms.Page{"/barn/*/namn": form.Pages[0], "/barn/*/skola": page, "/barn/*/syskon": page, "/barn/*/syskon/*/namn": page} {
		if f := form.Fields[ptr]; f == nil || f.Page != on {
			t.Errorf("%s: %+v", ptr, f)
		}
	}
	for _, test := range []struct {
		id string
		ok bool
	}{{"barn", true}, {"skola.1", true}, {"skola.3", true}, {"skola", false}, {"skola.4", false}, {"skola.0", false}, {"skola.01", false}, {"skola.1.1", false},
		{"skola.", false}, {"skola.-1", false}, {"barn.1", false}, {"skola.+1", false}, {"", false}} {
		if p, ok := form.Page(test.id); ok != test.ok || ok && p.ID != test.id {
			t.Errorf("page %q: %v %v", test.id, p, ok)
		}
	}
	second, _ := form.Page("skola.2")
	if second != page.Instance(1) || second.Written() != page || page.Written() != page || !second.IsInstance() || page.IsInstance() || page.Instance(3) != nil || len(second.Sections) != 2 {
		t.Errorf("instance %+v", second)
	}
	if at := second.At("/barn/*/syskon/*/namn"); at != "/barn/1/syskon/*/namn" {
		t.Errorf("at %s", at)
	}
	skola := form.Fields["/barn/*/skola"]
	for at, want := range map[forms.Pointer]*forms.Page{"/barn/1/skola": second, "/barn/0/skola": page.Instance(0), "/barn/3/skola": nil, "/barn/01/skola": nil, "/barnet": nil} {
		if got := skola.Page.For(at); got != want {
			t.Errorf("%s is asked on %v", at, got)
		}
	}
	if !second.Asks(skola, "/barn/1/skola") || second.Asks(skola, "/barn/0/skola") || second.Asks(rows.Fields[0], "/barn/1/namn") {
		t.Error("what the page of a row asks")
	}
}
