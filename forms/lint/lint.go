// Package lint tells authors what is wrong with a form before citizens find out: file, line, column, what, and how to mend it.
//
// Loading and compiling already refuse what cannot be read or built; lint adds what can be built but would fail people: texts that
// lack, pages that nobody reaches, conditions on answers that cannot be given, addresses shown to the wrong party, forms that nobody
// is responsible for. A form with diagnostics is not published.
package lint

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/forms/journey"
	"samtjanst/forms/schema"
)

// Link is a link in a Markdown text.
type Link struct{ URL string }

// Options are what lint is handed, so that forms needs no renderer.
type Options struct {
	// Links finds the links of a Markdown text; nil leaves them unchecked.
	Links func(markdown string) []Link
	// Placeholder knows the placeholders that documents may have beside "computed.…"; nil knows Placeholders.
	Placeholder func(name string) bool
	// Languages that must be complete beside Swedish; nil is English.
	Languages []string
}

// Folder lints a form's folder.
func Folder(fsys fs.FS, dir string, o Options) []forms.Diagnostic {
	def, diags := forms.Load(fsys, dir)
	if def == nil {
		return diags
	}
	return Lint(def, o)
}

// Lint checks a definition, in the order of its files and lines.
func Lint(def *forms.Definition, o Options) []forms.Diagnostic {
	l := &linter{def: def, opts: o, language: expr.For(def)}
	if _, err := schema.Compile(def.Schema); err != nil {
		return append(l.diags, schema.Diagnose(def.Schema, err))
	}
	l.keywords()
	form, diags := forms.Compile(def)
	if form == nil {
		return append(l.diags, diags...)
	}
	l.form = form
	places, err := forms.Places(def.Schema)
	if err != nil {
		return append(l.diags, forms.DiagnosticOf(forms.SchemaFile, err))
	}
	l.places = places
	l.meta()
	l.overview()
	l.expressions()
	l.tables()
	l.conditions()
	l.within()
	l.graph()
	l.fields()
	l.unplaced()
	l.required()
	l.reachable()
	l.parties()
	l.open()
	l.staff()
	l.stages()
	l.drafts()
	l.limits()
	l.sends()
	l.addresses()
	l.documents()
	l.links()
	l.translations()
	slices.SortStableFunc(l.diags, func(a, b forms.Diagnostic) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(l.diags)
}

type linter struct {
	def      *forms.Definition
	form     *forms.Form
	opts     Options
	language *expr.Language
	places   []forms.Place
	// byPointer are the fields that stand at each pointer, see placed.
	byPointer map[forms.Pointer][]*forms.Field
	diags     []forms.Diagnostic
	broken    bool // an expression or condition does not compile: the graph would say so again
}

// form.yaml and layout.yaml, at a path of keys.
func (l *linter) inForm(path, mend, format string, args ...any) {
	l.diags = append(l.diags, l.def.Diagnose(forms.FormFile, path, mend, format, args...))
}

func (l *linter) inLayout(path, mend, format string, args ...any) {
	l.diags = append(l.diags, l.def.Diagnose(forms.LayoutFile, path, mend, format, args...))
}

// graph finds cycles, where everything by itself is well.
func (l *linter) graph() {
	if l.broken {
		return
	}
	_, err := journey.New(l.form)
	if err == nil {
		return
	}
	file, path := forms.LayoutFile, ""
	var cycle *journey.Cycle
	if asCycle(err, &cycle) {
		file, path = l.nodePath(cycle.Path[0])
		l.diags = append(l.diags, l.def.Diagnose(file, path, "let one of them depend on something else", "%s", cycle.Error()))
		return
	}
	l.diags = append(l.diags, l.def.Diagnose(file, path, "", "the form cannot be run: %v", err))
}

// FormatText writes one line a diagnostic: file:line:column: what (how to mend it).
func FormatText(w io.Writer, dir string, diags []forms.Diagnostic) error {
	for _, d := range diags {
		d.File = within(dir, d.File)
		if _, err := fmt.Fprintln(w, d); err != nil {
			return err
		}
	}
	return nil
}

// FormatJSON writes a list of diagnostics, "[]" for none.
func FormatJSON(w io.Writer, dir string, diags []forms.Diagnostic) error {
	out := make([]forms.Diagnostic, 0, len(diags))
	for _, d := range diags {
		d.File = within(dir, d.File)
		out = append(out, d)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func within(dir, file string) string {
	if dir == "" || dir == "." {
		return file
	}
	return dir + "/" + file
}
