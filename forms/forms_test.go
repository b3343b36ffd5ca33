package forms_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/internal/formtest"
)

const layout = "pages: [{id: p, title: P, sections: [{fields: [{pointer: /a}]}]}]\n"
const schema = `{"properties":{"a":{"type":"string","title":"A"}}}`

func TestLoadTellsEverything(t *testing.T) {
	fsys := formtest.FS("id: prov\ntitel: Prov\nlogin: tre\nkeywords: x\noverview:\n  minutes: 1.5\n",
		"{\n  \"properties\": {\n    \"a\": {\"type\": \"string\", \"type\": \"number\"}\n  }\n}",
		"pages:\n  - id: p\n    titel: P\n    showWhen: {/answer/a: {const: 1}}\n  - id: q\n    showWhen:\n      if: {}\n")
	fsys["prov/layuot.yaml"] = &fstest.MapFile{}
	fsys["prov/text/svenska.yaml"] = &fstest.MapFile{}
	fsys["prov/text/en.yaml"] = &fstest.MapFile{Data: []byte("a: {b: x}\na.b: y\nc: [1]\n")}
	fsys["prov/documents/brev.docx"] = &fstest.MapFile{}
	def, diags := forms.Load(fsys, "prov")
	if def != nil {
		t.Error("a definition came of it")
	}
	var got []string
	for _, d := range diags {
		got = append(got, d.String())
	}
	want := []string{
		`form.yaml:2:1: unknown key "titel" (did you mean "title"?)`,
		`form.yaml:3:8: expected a whole number, found a text (write a whole number)`,
		`form.yaml:4:11: expected a list, found a text`,
		`form.yaml:6:12: expected a whole number, found a number (write a whole number)`,
		`layout.yaml:3:5: unknown key "titel" (did you mean "title"?)`,
		`layout.yaml:4:16: a condition cannot read "answer" (it reads /answers/…, /facts/…, /computed/…, /actor/…, /settings/…, /row/…)`,
		`layout.yaml:7:7: a condition cannot use "if" (conditions use properties, required, items, contains, const, enum, type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems, pattern, allOf, anyOf, oneOf, not, or a pointer such as /answers/…)`,
		`schema.json:3:29: the key "type" stands twice (keep one of them)`,
		`text/en.yaml:2:6: "a.b" is translated twice (keep one of them)`,
		`text/en.yaml:3:4: a translation is a text, found a list (quotes help)`,
		`text/svenska.yaml: not a language (name the file after its language, en.yaml; Swedish stands in the other files)`,
		`documents/brev.docx: not a file of a form (only *.md stands here)`,
		`layuot.yaml: not a file of a form (did you mean layout.yaml?)`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestYAMLThatIsRefused(t *testing.T) {
	for name, meta := range map[string]string{
		"anchors":        "id: &x prov\ntitle: *x\n",
		"merge":          "id: prov\n<<: {title: x}\n",
		"twice":          "id: prov\nid: prov\n",
		"tag":            "id: !!binary aGVq\n",
		"two documents":  "id: prov\n---\nid: prov\n",
		"nesting":        "settings: " + strings.Repeat("[", 100) + strings.Repeat("]", 100),
		"hexadecimal":    "login: 0x10\n",
		"infinity":       "settings: {x: .inf}\n",
		"not UTF-8":      "title: \xff\n",
		"a list on top":  "- id: prov\n",
		"boolean a text": "title: true\n",
	} {
		if def, diags := forms.Load(formtest.FS(meta, schema, layout), "prov"); def != nil || len(diags) == 0 {
			t.Errorf("%s is let through", name)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	one := func(field string) string {
		return "pages: [{id: p, title: P, sections: [{fields: [" + field + "]}]}]\n"
	}
	for _, test := range []struct{ schema, layout, want string }{
		{schema, one("{pointer: /b}"), "layout.yaml:1:58: /b points nowhere in schema.json (add it to schema.json or correct the pointer)"},
		{`{"properties":{"elev":{"type":"string","title":"A"}}}`, one("{pointer: /elve}"), "layout.yaml:1:58: /elve points nowhere in schema.json (did you mean elev?)"},
		{schema, one("{pointer: a}"), `layout.yaml:1:58: "a" is no pointer (begin it with /)`},
		{schema, one("{pointer: /a}, {pointer: /a}"), "layout.yaml:1:73: /a is placed twice (place it once)"},
		{schema, one("{pointer: /a, fact: today}"), "layout.yaml:1:48: a field has exactly one of pointer, fact and notice, this one has 2 (write one of them)"},
		{schema, one("{notice: x, kind: fara}"), `layout.yaml:1:66: a notice of kind "fara" (write "info", "warning" or "stop")`},
		{`{"properties":{"a":{"title":"A"}}}`, one("{pointer: /a}"), "schema.json:1:20: /a cannot be asked on a page (say its type, or what it may be one of)"},
		{`{"properties":{"a":{"allOf":[{"type":"string"},{"type":"number"}]}}}`, one("{pointer: /a}"), "schema.json:1:20: /a cannot be asked on a page (no value has all the types that the schema asks for)"},
		{`{"properties":{"a":{"$ref":"#/$defs/b"}}}`, one("{pointer: /a}"), `layout.yaml:1:58: /a points nowhere in schema.json ($ref "#/$defs/b" leads nowhere)`},
		{`{"properties":{"a":{"$ref":"https://example.se/s"}}}`, one("{pointer: /a}"), `layout.yaml:1:58: /a points nowhere in schema.json ($ref "https://example.se/s" does not stay within the form)`},
		{`{"properties":{"a":{"$ref":"#/properties/a"}}}`, one("{pointer: /a}"), `schema.json:1:20: /a cannot be asked on a page (say its type, or what it may be one of)`},
		{`{"properties":{"r":{"type":"array","items":{"type":"object","properties":{"x":{"type":"string"}}}}}}`, one("{pointer: /r/*/x}"),
			"layout.yaml:1:58: /r/*/x stands within rows that are not placed (place /r before it)"},
		{schema, "pages: [{id: P}]", `layout.yaml:1:14: page id "P" (give each page an id of its own: lower-case letters, digits and hyphens)`},
	} {
		def, diags := forms.Load(formtest.FS(formtest.Meta, test.schema, test.layout), "prov")
		if def != nil {
			_, diags = forms.Compile(def)
		}
		if len(diags) != 1 || diags[0].String() != test.want {
			t.Errorf("%v\nwant %s", diags, test.want)
		}
	}
}

func TestFields(t *testing.T) {
	const s = `{"required":["o","t"],"properties":{
		"t":{"$ref":"#/$defs/namn","title":"Här","maxLength":5},
		"o":{"type":"object","title":"O","required":["in"],"properties":{"in":{"type":"integer","title":"I","minimum":1,"maximum":9},"ut":{"type":["boolean","null"],"title":"U"}}},
		"r":{"type":"array","title":"R","items":{"type":"object","required":["d"],"properties":{"d":{"type":"string","format":"date","title":"D","formatMaximum":"2030-01-01"},"e":{"enum":["a"],"title":"E"}}}},
		"å-ö":{"allOf":[{"type":"string"},{"minLength":2}],"title":"ÅÖ"},
		"ok":{"const":true,"title":"OK"}
	},"$defs":{"namn":{"type":"string","title":"Där","maxLength":50,"minLength":1}}}`
	const l = `pages: [{id: p, title: P, sections: [{fields: [{pointer: /t, label: Namn}, {pointer: /o}, {pointer: /r, item: rad}, {pointer: /r/*/e, options: {a: Aaa}}, {pointer: /å-ö}, {pointer: /ok}]}]}]`
	def, diags := forms.Load(formtest.FS(formtest.Meta, s, l), "prov")
	if def == nil {
		t.Fatal(diags)
	}
	def.Text = map[string]map[string]string{"en": {"fields./t.label": "Name", "fields./r/*/e.options.a": "Eee"}}
	form, diags := forms.Compile(def)
	if form == nil {
		t.Fatal(diags)
	}
	ids := map[string]bool{}
	for ptr, f := range form.Fields {
		if f.Pointer != ptr || ids[f.ID] {
			t.Errorf("%s: pointer %s, id %s", ptr, f.Pointer, f.ID)
		}
		ids[f.ID] = true
	}
	at := form.Fields["/t"]
	if at.Label.In("en") != "Name" || at.Label.In("fi") != "Namn" || at.MaxLength != 5 || at.MinLength != 1 || !at.Required || at.ID != "f-t" {
		t.Errorf("/t: %+v", at)
	}
	in, ut := form.Fields["/o/in"], form.Fields["/o/ut"]
	if in.Parent != form.Fields["/o"] || !in.Required || !in.Integer || in.Minimum != "1" || in.Maximum != "9" || ut.Kind != forms.BoolField || !ut.Nullable || ut.Required {
		t.Errorf("/o: %+v %+v", in, ut)
	}
	rows := form.Fields["/r"]
	if len(rows.Fields) != 1 || form.Fields["/r/*/d"] != nil || rows.Fields[0].Options[0].Label.In("en") != "Eee" || rows.Fields[0].Options[0].Label.In("sv") != "Aaa" {
		t.Errorf("/r has %d fields: what is placed decides", len(rows.Fields))
	}
	if f := form.Fields["/å-ö"]; f.ID != "f-a-o" || f.MinLength != 2 || f.Kind != forms.TextField {
		t.Errorf("/å-ö: %+v", f)
	}
	if form.Fields["/ok"].Kind != forms.ConsentField {
		t.Error("const: true is a consent")
	}
	if f := form.FieldAt("/r/12/e"); f != rows.Fields[0] {
		t.Errorf("FieldAt of a row: %v", f)
	}
}

func TestVersions(t *testing.T) {
	def, diags := forms.Load(os.DirFS("library"), "skolskjuts")
	if def == nil {
		t.Fatal(diags)
	}
	raw := forms.Encode(def)
	again, err := forms.DecodeDefinition(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(raw), string(forms.Encode(again))); diff != "" {
		t.Errorf("does not come back as it was:\n%s", diff)
	}
	one, _ := forms.Compile(def)
	two, diags := forms.Compile(again)
	if two == nil {
		t.Fatal(diags)
	}
	if one.Version != two.Version || len(one.Version) != 64 {
		t.Errorf("versions %s and %s", one.Version, two.Version)
	}
	if diff := cmp.Diff(one.TextKeys(), two.TextKeys()); diff != "" {
		t.Error(diff)
	}
	again.Meta.DraftDays++
	if forms.VersionOf(forms.Encode(again)) == one.Version {
		t.Error("another definition has the same version")
	}
	// Written once: a definition stored long ago must keep its address.
	fixed, _ := forms.Load(formtest.FS(formtest.Meta, schema, layout), "prov")
	if got := string(forms.Encode(fixed)); got != `{"form":{"id":"prov","title":"Prov"},"format":"samtjanst-form/1",`+
		`"layout":{"pages":[{"id":"p","sections":[{"fields":[{"pointer":"/a"}]}],"title":"P"}]},"schema":`+schema+`}` {
		t.Errorf("canonical bytes changed: %s", got)
	}
	for _, bad := range []string{``, `{}`, `{"format":"annat"}`, `{"format":"samtjanst-form/1","x":1}`, `[`, strings.Repeat("[", 1000)} {
		if _, err := forms.DecodeDefinition([]byte(bad)); err == nil {
			t.Errorf("%.20s is decoded", bad)
		}
	}
}

func TestSplitAndJoin(t *testing.T) {
	answers := formtest.JSON(t, `{"a":{"b":1},"egen":{"epost":"x"}}`)
	common, own := forms.Split(answers, "/egen")
	if diff := cmp.Diff(formtest.JSON(t, `{"a":{"b":1}}`), common); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(formtest.JSON(t, `{"epost":"x"}`), own); diff != "" {
		t.Error(diff)
	}
	own["epost"] = "y"
	if diff := cmp.Diff(formtest.JSON(t, `{"a":{"b":1},"egen":{"epost":"y"}}`), forms.Join(common, own, "/egen")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(formtest.JSON(t, `{"a":{"b":1}}`), forms.Join(answers, nil, "/egen")); diff != "" {
		t.Errorf("another's section is left: %s", diff)
	}
	if answers["egen"].(map[string]any)["epost"] != "x" {
		t.Error("what was given has changed")
	}
}

func TestPointers(t *testing.T) {
	v := formtest.JSON(t, `{"a/b":{"c~d":[{"x":1}]}}`)
	at := forms.Pointer("").Join("a/b").Join("c~d").Index(0).Join("x")
	if at != "/a~1b/c~0d/0/x" {
		t.Errorf("pointer %s", at)
	}
	if _, ok := forms.Lookup(v, at); !ok {
		t.Error("not found")
	}
	for _, no := range []forms.Pointer{"/a~1b/c~0d/1", "/a~1b/c~0d/00", "/a~1b/c~0d/-1", "/a~1b/c~0d/0/x/y", "/saknas/x"} {
		if got, ok := forms.Lookup(v, no); ok {
			t.Errorf("%s is %v", no, got)
		}
	}
	if forms.Put(v, "/a~1b/c~0d/5", 1) || forms.Put(v, "", 1) || forms.Put(v, at+"/y", 1) || !forms.Put(v, "/ny/x", "y") {
		t.Error("Put goes where it should not, or not where it should")
	}
	if !forms.Pointer("/a/*/b").Overlaps("/a/3") || forms.Pointer("/ab").Within("/a") || !forms.Pointer("/a/b").Within("/a") {
		t.Error("pointers are compared by letters")
	}
}

func FuzzDecodeDefinition(f *testing.F) {
	def, diags := forms.Load(os.DirFS("library"), "skolskjuts")
	if def == nil {
		f.Fatal(diags)
	}
	f.Add(forms.Encode(def))
	f.Add([]byte(`{"format":"samtjanst-form/1","schema":{"properties":{"a":{"$ref":"#"}}},"layout":{"pages":[{"id":"p","sections":[{"fields":[{"pointer":"/a"}]}]}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		def, err := forms.DecodeDefinition(raw)
		if err != nil {
			return
		}
		if _, err := forms.DecodeDefinition(forms.Encode(def)); err != nil {
			t.Errorf("encoded, it cannot be decoded: %v", err)
		}
		forms.Compile(def)
	})
}

func FuzzLoad(f *testing.F) {
	f.Add("id: prov\nsettings: {a: [1, x]}", layout)
	f.Add("computed:\n  x: >-\n    1\n", "pages: [{showWhen: {/answers/a: {not: {contains: {const: 1}}}}}]")
	f.Fuzz(func(t *testing.T, meta, layout string) {
		if def, _ := forms.Load(formtest.FS(meta, schema, layout), "prov"); def != nil {
			forms.Compile(def)
		}
	})
}
