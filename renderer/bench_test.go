package renderer

import (
	"encoding/json"
	"fmt"
	"html/template"
	"testing"
	"time"

	"samtjanst/forms"
)

// large is a form of one page with so many fields, and answers to all of them.
func large(t testing.TB, fields int) (*forms.Form, map[string]any) {
	t.Helper()
	properties, stored := map[string]any{}, map[string]any{}
	page := forms.LayoutPage{ID: "allt", Title: "Allt", Sections: []forms.LayoutSection{{}}}
	for i := range fields {
		name := fmt.Sprintf("f%d", i)
		schema := map[string]any{"type": "string", "title": fmt.Sprintf("Fråga nummer %d", i), "maxLength": 200}
		stored[name] = "Ett svar & några ord"
		switch i % 5 {
		case 1:
			schema, stored[name] = map[string]any{"type": "number", "title": "Antal"}, json.Number("12.5")
		case 2:
			schema["oneOf"] = []any{map[string]any{"const": "a", "title": "Alternativ A"}, map[string]any{"const": "b", "title": "Alternativ B"}}
			stored[name] = "b"
		case 3:
			schema, stored[name] = map[string]any{"type": "boolean", "title": "Stämmer det?"}, true
		case 4:
			schema, stored[name] = map[string]any{"type": "string", "format": "date", "title": "Vilken dag?"}, "2026-11-22"
		}
		properties[name] = schema
		page.Sections[0].Fields = append(page.Sections[0].Fields, forms.LayoutField{Pointer: "/" + name})
	}
	raw, err := json.Marshal(map[string]any{"type": "object", "properties": properties})
	if err != nil {
		t.Fatal(err)
	}
	form, diags := forms.Compile(&forms.Definition{Schema: raw, Layout: forms.Layout{Pages: []forms.LayoutPage{page}}})
	for _, d := range diags {
		t.Fatal(d)
	}
	return form, stored
}

// Design.md section 9: 200 fields filled in less than 0.2 ms and 100 kB. The bytes are exact and so a test; the time is
// tested with room for a busy machine, and measured by the benchmark.
func TestTwoHundredFields(t *testing.T) {
	form, stored := large(t, 200)
	p, _ := New(catalog(t), DefaultLimits).Form(form).Page("allt", "sv")
	d := PageData{View: view(form, stored)}
	buf := p.Append(nil, d)
	if len(buf) > 100_000 {
		t.Errorf("%d bytes", len(buf))
	}
	if n := p.Size(); n < len(buf) || n > 2*len(buf) {
		t.Errorf("Size says %d of %d bytes", n, len(buf))
	}
	best := time.Hour
	for range 20 {
		start := time.Now()
		buf = p.Append(buf[:0], d)
		best = min(best, time.Since(start))
	}
	if best > time.Millisecond {
		t.Errorf("filled in %v", best)
	}
	if n := testing.AllocsPerRun(10, func() { buf = p.Append(buf[:0], d) }); n > 400 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFill200(b *testing.B) {
	form, stored := large(b, 200)
	p, _ := New(catalog(b), DefaultLimits).Form(form).Page("allt", "sv")
	d := PageData{View: view(form, stored)}
	buf := p.Append(nil, d)
	b.ReportMetric(float64(len(buf)), "bytes/page")
	b.ReportAllocs()
	for b.Loop() {
		buf = p.Append(buf[:0], d)
	}
}

// BenchmarkTemplate200 is the baseline: the same bytes copied through html/template as one value.
func BenchmarkTemplate200(b *testing.B) {
	form, stored := large(b, 200)
	p, _ := New(catalog(b), DefaultLimits).Form(form).Page("allt", "sv")
	whole := template.HTML(p.Append(nil, PageData{View: view(form, stored)}))
	tmpl := template.Must(template.New("").Parse(`<main>{{.}}</main>`))
	for b.Loop() {
		if err := tmpl.Execute(discard{}, whole); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

// thousand is a form with a thousand rows of five fields; summary shows them as lines, as a list of more than fifty is.
func thousand(t testing.TB) (*Page, PageData) {
	t.Helper()
	form := loadForm(t, "widgets")
	stored := map[string]any{"elever": pupils(1000)}
	p, ok := New(catalog(t), DefaultLimits).Form(form).Page("allt", "sv")
	if !ok {
		t.Fatal("no page")
	}
	return p, PageData{View: view(form, stored), Typed: forms.Typed{"o/elever": "512"}}
}

// The budget: a page with a thousand rows in less than 20 ms, with something wrong in a hundred of them.
func TestThousandRows(t *testing.T) {
	p, d := thousand(t)
	for i := range 100 {
		d.Problems = append(d.Problems, forms.Problem{Pointer: forms.Pointer("/elever").Index(i * 10).Join("namn"), Code: forms.Required})
	}
	var buf []byte
	best := time.Hour
	for range 5 {
		start := time.Now()
		buf = p.Append(buf[:0], d)
		p.Links(d)
		best = min(best, time.Since(start))
	}
	if best > 20*time.Millisecond {
		t.Errorf("filled in %v", best)
	}
	if len(buf) > 100_000 {
		t.Errorf("%d bytes", len(buf))
	}
}

func BenchmarkThousandRows(b *testing.B) {
	p, d := thousand(b)
	buf := p.Append(nil, d)
	b.ReportMetric(float64(len(buf)), "bytes/page")
	for b.Loop() {
		buf = p.Append(buf[:0], d)
	}
}

func BenchmarkCompile200(b *testing.B) {
	form, _ := large(b, 200)
	r := New(catalog(b), DefaultLimits)
	for b.Loop() {
		if _, err := r.Compile(form, form.Pages[0], "sv"); err != nil {
			b.Fatal(err)
		}
	}
}
