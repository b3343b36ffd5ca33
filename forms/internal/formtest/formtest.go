// Package formtest makes small forms for tests.
package formtest

import (
	"testing"
	"testing/fstest"

	"samtjanst/forms"
	"samtjanst/forms/journey"
)

// Meta is the least form.yaml that compiles.
const Meta = "id: prov\ntitle: Prov\n"

// FS is a form's folder at "prov".
func FS(meta, schema, layout string) fstest.MapFS {
	return fstest.MapFS{
		"prov/form.yaml":   {Data: []byte(meta)},
		"prov/schema.json": {Data: []byte(schema)},
		"prov/layout.yaml": {Data: []byte(layout)},
	}
}

// Graph compiles a form or ends the test.
func Graph(t testing.TB, meta, schema, layout string) *journey.Graph {
	t.Helper()
	def, diags := forms.Load(FS(meta, schema, layout), "prov")
	var form *forms.Form
	if def != nil {
		form, diags = forms.Compile(def)
	}
	for _, d := range diags {
		t.Errorf("%s", d)
	}
	if form == nil {
		t.FailNow()
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// View runs a graph for the applicant.
func View(t testing.TB, g *journey.Graph, answers map[string]any) *forms.View {
	t.Helper()
	v, err := g.Run(forms.Scope{Answers: answers, Actor: map[string]any{"role": journey.Applicant}, Today: "2026-11-22"})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// JSON decodes an object with exact numbers.
func JSON(t testing.TB, s string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := forms.UnmarshalExact([]byte(s), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// Bare compiles a schema without layout for a value, or ends the test.
func Bare(t testing.TB, schema []byte, value any) *journey.Graph {
	t.Helper()
	_, object := value.(map[string]any)
	form, diags := forms.Bare(schema, nil, object)
	for _, d := range diags {
		t.Errorf("%s\n%s", d, schema)
	}
	if form == nil {
		t.FailNow()
	}
	g, err := journey.New(form)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// Enclose puts a value in the envelope that a bare form has when its answers are no object; Open takes it out.
func Enclose(f *forms.Form, value any) map[string]any {
	if f.Enveloped {
		return map[string]any{forms.Envelope: value}
	}
	m, _ := value.(map[string]any)
	return m
}
